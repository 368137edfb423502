import type { Cloud } from '../cloud.ts';
import type { AwsAccountApi } from './wire/api.ts';
import { classify } from './wire/classify.ts';
import { awsConnector } from './wire/clients.ts';
import { awsOidcClientId } from './kinds/oidc-client-id/oidc-client-id.ts';
import { oidcRoles } from './footprint/our-roles.ts';
import { ownAccessToAccount } from './own-access/read.ts';
import { awsPolicy } from './kinds/policy/policy.ts';
import { readAccount } from './reader.ts';
import { usedWithin } from './footprint/recent-use.ts';
import { AwsRefusal } from './wire/refusal.ts';
import { awsRole } from './kinds/role/role.ts';
import { awsStack } from './kinds/stack/stack.ts';
import { knowingStacks } from './kinds/stack/members.ts';
import type { AwsSnapshot } from './snapshot.ts';
import { listingAccounts, rootOfAws } from './root.ts';
import { walkOrganization } from './walk.ts';
import { AWS_ORDER } from './order.ts';

/** What a stack may hold of ours. */
const RESOURCES = [awsRole, awsPolicy, awsOidcClientId];

/** AWS as the engine holds it: a system is an account. */
export function awsCloud(): Cloud<AwsSnapshot, AwsAccountApi> {
  const connector = awsConnector();
  return {
    type: 'aws',
    order: AWS_ORDER,
    connect: (system, context) => Promise.resolve().then(() => connector.account(system, context)),
    async walk(context) {
      const { members, managementAccount } = context.manifest.aws ?? {};
      if (members !== 'all' || managementAccount === undefined) return { systems: [], left: [], unknown: [] };
      return walkOrganization(listingAccounts(connector, managementAccount, context));
    },
    root: (context) => rootOfAws(connector, context),
    read: (api, _system, context) => readAccount(api, { usedWithin: usedWithin(context), now: new Date() }),
    anchors: (snapshot, _tenantId, issuer) => ({
      awsOidcRoles: oidcRoles(snapshot, issuer).flatMap((o) => [o.role.Arn, o.role.RoleId]),
      ourselves: snapshot.ourselves,
    }),
    kinds: [awsStack(RESOURCES), ...RESOURCES.map((kind) => knowingStacks(kind, RESOURCES))],
    classify,
    ownAccess: ownAccessToAccount,
    async probe(api) {
      const { account } = await api.caller();
      if (account !== api.account)
        throw new AwsRefusal(
          'blocked',
          'WrongAccount',
          `the session for account ${api.account} is in account ${account}; check endpoints and the role to assume`,
        );
    },
  };
}
