import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PlanItem } from '../../model/plan.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, OIDC_ACCOUNT, READER_ASSIGNMENT, smallEstate, SUBSCRIPTION, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, planOf, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;
const REASON = ['--by', APPROVER, '--reason', 'its owner said so'];

const planned = async (run: string) => (await planOf(stage, run)).items;

const guardedBy = (items: PlanItem[], code: string) => items.filter((i) => i.guard?.code === code).map((i) => i.id);

/** Defender CSPM on, with the extension that uses CIEM. */
function withDefender(): TestEstate {
  const estate = smallEstate();
  const extensions = [{ name: 'EntraPermissionsManagement', isEnabled: 'True' as const }];
  estate.objects.push({
    kind: 'azure-defender-plan',
    ours: false,
    subscription: SUBSCRIPTION,
    name: 'CloudPosture',
    pricingTier: 'Standard',
    extensions,
  });
  return estate;
}

test('what Defender for Cloud shares is held, stays when it is waived, and the rest goes', async () => {
  const run = await startedRun(stage, withDefender());
  const shared = guardedBy(await planned(run), 'SharedWithDefender');
  expect(shared).toContain(ASSIGNMENT);
  for (const kind of ['aws-oidc-client-id', 'entra-oidc-application', 'ciem-sign-in'])
    expect(shared).toContainEqual(expect.stringContaining(kind));
  const { run: journal } = await approveGate(stage, run, 'plan');
  const waiving = async (phase: string) => {
    await stage.until(run, (v) => v.stage === phase && v.awaiting.some((a) => a.kind === 'items'));
    expect(await stage.offboard('waive', run, ...REASON)).toMatchObject({ code: 0 });
  };
  await waiving('permissions');
  await waiving('oidc-applications');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  await waiving('sign-in');
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await intentsOf(stage, journal)).filter((id) => shared.includes(id))).toEqual([]);
  const { left, altered } = (await stage.sandbox.client.report()).ours;
  expect(left).toContain(ASSIGNMENT);
  for (const kind of ['aws-oidc-client-id', 'entra-application']) expect(left).toContainEqual(expect.stringMatching(`^${kind}`));
  // What merely holds our rights goes; what Defender signs in by is not even disabled.
  expect(left).not.toContainEqual(expect.stringMatching('^aws-role'));
  expect(altered).not.toContainEqual(expect.stringMatching('^entra'));
});

test('an override with a reason removes what Defender shares, by a plan of another hash', async () => {
  const held = await startedRun(stage, withDefender());
  const items = await planned(held);
  const { planHash } = await stage.view(held);
  const shared = guardedBy(items, 'SharedWithDefender');
  await abandonRun(stage);
  const estate = withDefender();
  estate.manifest.overrides = shared.map((item) => ({ item, reason: 'Defender CSPM ends this week' }));
  const run = await startedRun(stage, estate);
  expect(guardedBy(await planned(run), 'SharedWithDefender')).toEqual([]);
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(result.planHash).not.toBe(planHash);
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('where nobody may look whether Defender is on, it is taken for being on', async () => {
  const estate = smallEstate();
  for (const object of estate.objects)
    if (object.kind === 'azure-subscription') Object.assign(object, { denied: ['Microsoft.Security/pricings/read'] });
  const items = await planned(await startedRun(stage, estate));
  expect(guardedBy(items, 'SharedWithDefender')).toContain(ASSIGNMENT);
  expect(items.find((i) => i.id === ASSIGNMENT)?.guard?.reason).toMatch(/shared with Defender for Cloud/);
});

test('without Defender nothing is held for it', async () => {
  const items = await planned(await startedRun(stage, smallEstate()));
  expect(items.map((i) => i.id)).toContain(ASSIGNMENT);
  expect(items.filter((i) => i.guard)).toEqual([]);
});

test('a role that was used lately is held, says by what, and holds what it needs; one used long ago goes', async () => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const estate = smallEstate();
  estate.objects.push(memberRole('in-use', { lastUsed: ago(2) }), memberRole('long-ago', { lastUsed: ago(90) }));
  const run = await startedRun(stage, estate);
  const items = await planned(run);
  expect(guardedBy(items, 'RecentlyUsed')).toEqual([memberItem('in-use')]);
  expect(items.find((i) => i.id === memberItem('in-use'))?.guard?.reason).toMatch(/last used \d{4}-.* in us-east-1/);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(unresolved.find((o) => o.item.startsWith(`aws-role:arn:aws:iam::${OIDC_ACCOUNT}`))).toMatchObject({ code: 'Shared' });
  expect(await removedBy(stage, journal)).toContain(memberItem('long-ago'));
  expect(await intentsOf(stage, journal)).not.toContain(memberItem('in-use'));
});
