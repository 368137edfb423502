import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { awsCloud } from '../../../activities/aws/cloud.ts';
import type { RoleState } from '../../../activities/aws/snapshot.ts';
import type { Deps } from '../../../activities/deps.ts';
import { verify, type VerifyResult } from '../../../activities/verify/verify.ts';
import { emptyLedger } from '../../../model/ledger.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import type { Outcome } from '../../../model/outcome.ts';
import { planHash, type Plan, type PlanItem } from '../../../model/plan.ts';
import { assumedBy, document, role, snapshot } from '../aws/fixtures.ts';
import { FACTS, TENANT } from '../planned.ts';

const SYSTEM = 'aws:111122223333';
const MEMBER = role('member', document(assumedBy('AROAOIDCROLE')));
const ITEM = { kind: 'aws-role', system: SYSTEM, id: `aws-role:${MEMBER.Arn}`, snapshot: MEMBER } as unknown as PlanItem;
const manifest = ManifestSchema.parse({
  tenant: { id: TENANT },
  successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: 'riley' },
  aws: { oidcAccount: '444455556666', members: ['111122223333'], assumeRole: 'offboarding-entry' },
  entra: { applications: ['api://mciem-aws-oidc-app'] },
  collectors: [{ id: 'aws-1', type: 'aws', driver: 'operator', recipient: 'dana@contoso.example' }],
  approvers: ['sam', 'riley'],
  waits: { settle: '1ms' },
});

/** What is left over where the account's lists show `listed`, and single reads of the role, one after the other, `found`; `outcome`: of the planned one, if it was planned. */
async function leftover(listed: RoleState[], found: (RoleState | undefined)[], outcome?: Outcome['outcome']) {
  const reads = [...found];
  const aws = awsCloud();
  const kinds = aws.kinds.map((kind) => ({
    ...kind,
    trace: () => Promise.resolve(reads.length > 1 ? reads.shift() : reads[0]),
  }));
  const plan = { items: [ITEM], facts: { ...FACTS, awsOidcRoles: [{ mark: 'AROAOIDCROLE' }] } };
  const kept: Record<string, unknown> = {
    manifest,
    plan,
    readings: [{ system: SYSTEM, artifact: 'snapshot' }],
    snapshot: snapshot({ roles: listed }),
  };
  const get = (address: string) => Promise.resolve(kept[address]);
  const ledger = emptyLedger();
  if (outcome) ledger.outcomes.set(ITEM.id, { item: ITEM.id, outcome, reason: '', phase: 'permissions' });
  ledger.planHash = planHash(plan as unknown as Plan);
  ledger.planArtifact = 'plan';
  const deps = {
    clouds: { aws: { ...aws, kinds, connect: () => Promise.resolve({}) } },
    artifacts: { get, kept: get },
    journal: { ledger: () => Promise.resolve(ledger), append: () => Promise.resolve() },
  } as unknown as Deps;
  const input = { run: 'run', manifest: 'manifest', readings: ['readings'] };
  let result: VerifyResult | undefined;
  await new MockActivityEnvironment().run(async () => {
    result = await verify(deps, input);
  });
  return { leftovers: result?.leftovers, asked: found.length - reads.length };
}

test('what a list shows of a removed thing, and single reads do not, is not left over; what both show is, once it was looked at for a while', async () => {
  expect(await leftover([MEMBER], [undefined], 'removed')).toMatchObject({ leftovers: [] });
  expect(await leftover([MEMBER], [MEMBER, MEMBER, MEMBER, undefined], 'removed')).toMatchObject({ leftovers: [] });
  expect(await leftover([MEMBER], [MEMBER], 'removed')).toMatchObject({ leftovers: [ITEM.id] });
});

test('so it is with what no plan knew: somebody may have removed it a moment ago', async () => {
  expect(await leftover([MEMBER], [MEMBER, undefined])).toMatchObject({ leftovers: [] });
  expect(await leftover([MEMBER], [MEMBER])).toMatchObject({ leftovers: [ITEM.id] });
});

test('what others removed, and no list shows, is looked for twice: a list may lack what was made again just now', async () => {
  expect(await leftover([], [undefined, MEMBER], 'already-gone')).toMatchObject({ leftovers: [ITEM.id] });
  expect(await leftover([], [undefined, undefined, MEMBER], 'already-gone')).toMatchObject({ leftovers: [], asked: 2 });
  // Another one of its name is not it.
  expect(await leftover([], [{ ...MEMBER, RoleId: 'AROANEW' }], 'already-gone')).toMatchObject({ leftovers: [] });
  // What this run removed was seen to be gone.
  expect(await leftover([], [MEMBER, MEMBER], 'removed')).toMatchObject({ leftovers: [], asked: 0 });
});
