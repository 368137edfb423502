import { nativeId } from '../../model/names.ts';
import type { Permission } from '../../model/permission.ts';
import { unlessRefused } from '../answer.ts';
import { demanded, type Rights, type RightsContext } from '../rights.ts';
import { awsPolicy, resourceOf } from './grant.ts';
import { pathAndName } from './footprint/ids.ts';
import type { AwsAccountApi } from './wire/account.ts';
import { classify } from './wire/classify.ts';
import type { AwsConnector } from './wire/clients.ts';
import { AWS_PERMISSIONS, type AwsResource } from './wire/permissions.ts';

/** As many accounts are named of those that need a policy. */
const MOST_NAMED = 12;
const SIMULATE = 'iam:SimulatePrincipalPolicy';

/** IAM's own simulator is asked, in each account by the session there: it knows policies, boundaries and those of the organisation. */
export function awsRights(connector: Pick<AwsConnector, 'whoami' | 'enterAnew' | 'partition'>): Rights<AwsAccountApi> {
  return {
    self: () => connector.whoami(),
    rows(system, { manifest: { aws } }) {
      const isRoot = aws?.members === 'all' && aws.managementAccount === nativeId(system);
      return AWS_PERMISSIONS.flatMap((row) => {
        // The session itself shows that the role may be assumed; whose organisation it is was asked for by whoever lists the accounts.
        if (row.on === 'worker') return [];
        if (row.on === 'organization') return isRoot ? [demanded(row)] : [];
        return [row];
      });
    },
    async ask(api, _system, context, rows) {
      await connector.enterAnew(api.account, context);
      const { arn } = await api.callerNow();
      const who = arn.replace(/^arn:[\w-]+:sts::\d+:assumed-role\/([^/]+)\/(.+)$/, 'the role $1 in the accounts (session $2)');
      const may = new Map<string, boolean>();
      for (const [resource, actions] of byResource(rows)) {
        const asked = await unlessRefused(classify, () =>
          api.simulate(sourceOf(arn, context), [...actions], exampleOf(resource, connector.partition, api.account, context)),
        );
        if (!asked.ok)
          return { who, may, reason: `${SIMULATE} is refused to ${arn} (${asked.failure.code}): what else it may do cannot be asked` };
        for (const [action, allowed] of asked.value) may.set(action, allowed);
      }
      return { who, may: may.set(SIMULATE, true) };
    },
    grant(use, permissions, systems, { manifest: { tenant, aws } }) {
      const role = pathAndName(aws?.assumeRole ?? 'ENTRY_ROLE');
      const accounts = systems.slice(0, MOST_NAMED).map(nativeId).join(', ');
      const more = systems.length > MOST_NAMED ? ` and ${systems.length - MOST_NAMED} more` : '';
      const names = { partition: connector.partition, tenant: tenant.id, entryRole: role };
      const policy = awsPolicy(
        AWS_PERMISSIONS.filter((row) => row.on !== 'worker'),
        names,
        permissions,
      );
      return { use, how: `a policy for the role ${role} in ${accounts}${more}`, text: JSON.stringify(policy, undefined, 2) };
    },
  };
}

function byResource(rows: readonly Permission[]): Map<AwsResource, Set<string>> {
  const groups = new Map<AwsResource, Set<string>>();
  for (const row of rows)
    for (const permission of row.needs) {
      const resource = resourceOf(permission, row);
      groups.set(resource, (groups.get(resource) ?? new Set()).add(permission));
    }
  return groups;
}

/** The simulator takes a role's own ARN, which that of a session does not tell whole: its path stands in the manifest. */
function sourceOf(arn: string, { manifest: { aws } }: RightsContext): string {
  const [, partition, account, name] = /^arn:([\w-]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (name === undefined) return arn;
  const named = pathAndName(aws?.assumeRole ?? '');
  return `arn:${partition}:iam::${account}:role/${named.endsWith(name) ? named : name}`;
}

/** Something of that sort which need not be there: a policy that names all of them covers it. */
function exampleOf(resource: AwsResource, partition: string, account: string, { manifest: { tenant } }: RightsContext): string {
  switch (resource) {
    case 'role':
    case 'policy':
    case 'instance-profile':
      return `arn:${partition}:iam::${account}:${resource}/mepm-offboard-doctor`;
    case 'provider':
      return `arn:${partition}:iam::${account}:oidc-provider/sts.windows.net/${tenant.id}/`;
    case 'stack':
      return `arn:${partition}:cloudformation:us-east-1:${account}:stack/mepm-offboard-doctor/00000000-0000-0000-0000-000000000000`;
    case 'secret':
      return `arn:${partition}:secretsmanager:us-east-1:${account}:secret:mepm-offboard-doctor-AbCdEf`;
    case 'account':
    case 'organization':
    case 'worker':
      return '*';
  }
}
