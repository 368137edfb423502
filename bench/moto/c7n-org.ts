import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ENTRY_ROLE, TENANT } from '../../scripts/large-estate/base.ts';
import { pythonEnvironment } from '../../test/independent/python-environment.ts';
import type { MotoEstate } from './estate.ts';
import { timed } from './timed.ts';
import type { Took } from './took.ts';

const VERSION = '0.6.52';
const REGION = 'us-east-1';

/** Its own command has the path of the folder it was made in. */
const COMMAND = 'from c7n_org.cli import cli; cli()';

export type C7nOrg = (folder: string) => Promise<Pick<Took, 'seconds' | 'clientCpu'>>;

/** Cloud Custodian over many accounts, told to find the same roles and policies by the same marks, and to delete them. Installed from the Python index the first time. */
export async function c7nOrg(estate: MotoEstate, url: string, tell: (line: string) => void): Promise<C7nOrg> {
  const python = join(await pythonEnvironment('c7n-org', VERSION, tell), 'bin', 'python');
  return async (folder) => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [accounts, policies] = [join(folder, 'accounts.yml'), join(folder, 'policies.yml')];
    writeFileSync(accounts, stringify(accountsOf(estate)));
    writeFileSync(policies, stringify(policiesOf(estate)));
    const env = {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_DEFAULT_REGION: REGION,
      // As many processes as it takes by itself.
      C7N_ORG_PARALLEL: undefined,
    };
    const run = ['run', '-c', accounts, '-u', policies, '-s', join(folder, 'out'), '--region', REGION, '--cache-period', '0'];
    const { seconds, cpu } = await timed(join(folder, 'log'), env, python, '-c', COMMAND, ...run);
    return { seconds, clientCpu: cpu };
  };
}

function accountsOf({ accounts }: MotoEstate) {
  return {
    accounts: accounts.map((id) => ({ account_id: id, name: id, regions: [REGION], role: `arn:aws:iam::${id}:role/${ENTRY_ROLE}` })),
  };
}

function policiesOf({ accounts: [home = ''] }: MotoEstate) {
  const trust = (value: string) => ({ type: 'value', key: 'to_string(AssumeRolePolicyDocument)', op: 'contains', value });
  const issuer = `oidc-provider/sts.windows.net/${TENANT}/`;
  const atHome = { conditions: [{ type: 'value', key: 'account_id', value: home }] };
  const gone = { actions: [{ type: 'delete', force: true }] };
  return {
    policies: [
      { name: 'members', resource: 'aws.iam-role', filters: [trust(`arn:aws:iam::${home}:role/mciem-oidc-connect-role`)], ...gone },
      { name: 'policies', resource: 'aws.iam-policy', filters: [{ PolicyName: `ciem-controller-${TENANT}` }], actions: ['delete'] },
      { name: 'oidc', resource: 'aws.iam-role', ...atHome, filters: [trust(issuer)], ...gone },
      {
        name: 'provider',
        resource: 'aws.iam-oidc-provider',
        ...atHome,
        filters: [{ type: 'value', key: 'Arn', op: 'glob', value: `*${issuer}` }],
        actions: ['delete'],
      },
    ],
  };
}
