import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { listed } from '../../model/selector.ts';
import { objectKey, type ObjectOf } from '../../sandbox/objects.ts';
import { together } from '../bare/pool.ts';
import { usedBy } from '../processes.ts';
import { motoEstate, type MotoEstate } from './estate.ts';

type Api = ReturnType<ReturnType<typeof awsConnector>['account']>;
type Role = ObjectOf<'aws-role'>;

/**
 * `node bench/moto/script.ts same|writes ACCOUNTS AT_ONCE PID`: what phase 1 does to the estate's accounts, by the same SDK. `same`: with all the readings of phase 1, none of
 * which it looks at; `writes`: with nothing but what removes. Both know beforehand what there is. Prints the seconds, and the CPU
 * seconds of moto (PID), without the sign-in to the accounts.
 */
async function run(mode: 'same' | 'writes', accounts: number, atOnce: number, moto: number): Promise<void> {
  const estate = motoEstate(accounts);
  const manifest = ManifestSchema.parse(estate.manifest);
  const connector = awsConnector();
  const apiOf = (account: string) => connector.account(`aws:${account}`, { manifest });
  await together(estate.accounts, atOnce, async (account) => void (await apiOf(account).caller()));
  const work = mode === 'same' ? removeAndRead : remove;
  const [began, before] = [performance.now(), usedBy(moto).cpu];
  await together(listed(manifest.aws?.members), atOnce, (account) => work(apiOf(account), oursIn(estate, account)));
  const [home = ''] = estate.accounts;
  await work(apiOf(home), oursIn(estate, home));
  const answer = { seconds: (performance.now() - began) / 1000, serverCpu: usedBy(moto).cpu - before };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

interface Ours {
  roles: Role[];
  policies: string[];
  providers: string[];
}

const arnOf = (o: MotoEstate['aws'][number]) => objectKey(o).slice(o.kind.length + 1);

function oursIn({ aws }: MotoEstate, account: string): Ours {
  const ours = aws.filter((o) => o.ours && 'account' in o && o.account === account);
  return {
    roles: ours.filter((o) => o.kind === 'aws-role'),
    policies: ours.filter((o) => o.kind === 'aws-policy').map(arnOf),
    providers: ours.filter((o) => o.kind === 'aws-oidc-provider').map(arnOf),
  };
}

async function remove(api: Api, { roles, policies, providers }: Ours): Promise<void> {
  for (const { name, attached, inline } of roles) {
    for (const arn of attached) await api.detachPolicy(name, arn);
    for (const policy of Object.keys(inline)) await api.deleteInlinePolicy(name, policy);
    await api.deleteRole(name);
  }
  for (const arn of policies) await api.deletePolicy(arn);
  for (const arn of providers) await api.deleteProvider(arn);
}

async function removeAndRead(api: Api, ours: Ours): Promise<void> {
  await api.authorizationDetails();
  await api.roles();
  for (const arn of ours.policies) await api.policy(arn);
  for (const arn of ours.providers) await api.provider(arn);
  await remove(api, ours);
  for (const { name } of ours.roles) await api.role(name);
  for (const arn of ours.policies) await api.policy(arn);
  for (const arn of ours.providers) await api.provider(arn);
}

const [mode, accounts, atOnce, moto] = process.argv.slice(2);
await run(mode === 'writes' ? 'writes' : 'same', Number(accounts), Number(atOnce), Number(moto));
