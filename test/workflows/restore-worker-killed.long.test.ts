import {
  CreateRoleCommand,
  DetachRolePolicyCommand,
  EntityAlreadyExistsException,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Child } from '../../client/demo/process.ts';
import { abandonRun } from '../harness/abandon.ts';
import { MEMBER_ACCOUNT, OIDC_ROLE_ARN, smallEstate } from '../harness/estate.ts';
import { killAmid } from '../harness/kill.ts';
import { memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { intentsOf, outcomesOf, recordsOf } from '../harness/removals.ts';
import { abandonRestore, approveRestore, begunRestore, offboarded, restoreResult } from '../harness/restores.ts';
import { Stage } from '../harness/stage.ts';
import { workerProcess } from '../harness/worker-process.ts';

const stage = new Stage();
let worker: Child | undefined;
beforeAll(async () => {
  await stage.open();
  await stage.stopWorker();
});
afterAll(async () => {
  await worker?.stop();
  await stage.close();
});
afterEach(async () => {
  await abandonRun(stage);
  await abandonRestore(stage);
});

const SECURITY_AUDIT = 'arn:aws:iam::aws:policy/SecurityAudit';
const ROLES = Array.from({ length: 24 }, (_, i) => `collect-${i}`);

test(
  'a worker killed while it makes things again leaves nothing made twice and nothing half made, and takes none of its own work for a stranger’s',
  { timeout: 600_000 },
  async () => {
    worker = await workerProcess(stage);
    const estate = smallEstate();
    estate.manifest.breakers = { maxPercent: 100 };
    estate.objects.push(...ROLES.map((name) => memberRole(name, { attached: [SECURITY_AUDIT] })));
    const run = await offboarded(stage, estate);
    const { workflowId, run: journal } = await begunRestore(stage, run);
    await approveRestore(stage, workflowId);
    const { begun, open, done } = await killAmid(stage, worker, journal, ROLES.map(memberItem));
    expect(done.length).toBeLessThan(ROLES.length + 5);
    await makeHalf(ROLES.find((name) => memberItem(name) === begun) ?? '', estate.manifest.aws?.assumeRole ?? '');

    worker = await workerProcess(stage);
    const result = await restoreResult(stage, workflowId);
    expect(result).toMatchObject({
      status: 'completed',
      reason: expect.stringMatching(/^restored 30 and compared, already there 0/) as string,
    });
    expect(await outcomesOf(stage, journal, begun)).toMatchObject([{ outcome: 'restored' }]);
    const words = (await recordsOf(stage, journal)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.outcome] : []));
    expect(new Set(words)).toEqual(new Set(['restored']));
    expect(words).toHaveLength(30);
    const again = (await intentsOf(stage, journal)).filter((item, i, all) => all.indexOf(item) !== i);
    for (const item of again) expect(open).toContain(item);
    for (const role of ROLES) expect(await outcomesOf(stage, journal, memberItem(role))).toMatchObject([{ outcome: 'restored' }]);
    expect(await stage.sandbox.client.report()).toMatchObject({
      ours: { altered: ['portal-collector:collector-aws'] },
      untouched: { changed: [] },
    });
  },
);

/** Our own first call as the cloud may have applied it while its answer was lost: the role is there, without its policies. */
async function makeHalf(name: string, assumeRole: string): Promise<void> {
  const entry = `arn:aws:iam::${MEMBER_ACCOUNT}:role/${assumeRole}`;
  const { Credentials } = await new STSClient({}).send(new AssumeRoleCommand({ RoleArn: entry, RoleSessionName: 'half' }));
  const iam = new IAMClient({
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  });
  const PolicyArn = SECURITY_AUDIT;
  try {
    const trust = JSON.stringify(trusting(OIDC_ROLE_ARN));
    await iam.send(new CreateRoleCommand({ RoleName: name, Path: '/', AssumeRolePolicyDocument: trust }));
  } catch (error) {
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }));
    if (AttachedPolicies?.length) await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
}
