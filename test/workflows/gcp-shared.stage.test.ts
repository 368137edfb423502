import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate, type TestEstate } from '../harness/estate.ts';
import { addGcp, MEPM_ACCOUNT, PROJECT } from '../harness/gcp.ts';
import { approveGate, finish, planOf, startedRun } from '../harness/people.ts';
import type { RunView } from '../../model/messages/status.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

/** Somebody else has a role on MEPM's account, and the provider takes these audiences. */
function estate(role: string, audiences: string[]): TestEstate {
  const gcp = addGcp(smallEstate());
  const resource = `projects/${PROJECT}/serviceAccounts/${MEPM_ACCOUNT}`;
  gcp.objects.push({ kind: 'gcp-binding', ours: false, resource, role, members: ['group:data@contoso.example'] });
  for (const o of gcp.objects) if (o.kind === 'gcp-provider') Object.assign(o, { audiences });
  return gcp;
}

test('an account that others may act as, and a provider that takes other audiences, wait for a person', async () => {
  const run = await startedRun(stage, estate('roles/iam.serviceAccountTokenCreator', ['api://mciem-gcp-oidc-app', 'api://payroll']));
  const { items } = await planOf(stage, run);
  const codes = Object.fromEntries(items.flatMap((i) => (i.guard ? [[i.kind, i.guard.code]] : [])));
  expect(codes).toMatchObject({ 'gcp-service-account': 'SharedServiceAccount', 'gcp-provider': 'SharedProvider' });
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect((await intentsOf(stage, journal)).filter((id) => /^gcp-(service-account|provider|pool):/.test(id))).toEqual([]);
});

test('an account that others may only look at, and a provider of the one audience, go', async () => {
  const run = await startedRun(stage, estate('roles/iam.serviceAccountViewer', ['api://mciem-gcp-oidc-app']));
  expect((await planOf(stage, run)).items.filter((i) => i.guard)).toEqual([]);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('left as it is, the account loses its roles; kept working, it keeps them, and they are asked about by name', async () => {
  const tokenCreator = 'roles/iam.serviceAccountTokenCreator';
  const rolesGone = async (choice: '--keep' | '--leave') => {
    const run = await startedRun(stage, estate(tokenCreator, ['api://mciem-gcp-oidc-app']));
    const { run: journal } = await approveGate(stage, run, 'plan');
    const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
    const account = unresolved.find((o) => o.code === 'SharedServiceAccount');
    expect((await stage.offboard('status', run)).out).toContain(
      'waive --keep (unless told otherwise): it goes on working; with it stays gcp-',
    );
    const waived = await stage.offboard('waive', run, account?.item ?? '', choice, '--by', APPROVER, '--reason', 'others act as it');
    expect(waived).toMatchObject({ code: 0 });
    const removed = async () => (await intentsOf(stage, journal)).filter((id) => id.startsWith('gcp-binding:'));
    const asked = (v: RunView) => v.unresolved.some((o) => o.item.startsWith('gcp-binding:') && o.heldFor === undefined);
    if (choice === '--keep') await stage.until(run, asked);
    else await vi.waitUntil(async () => (await removed()).length > 0, { timeout: 60_000 });
    const kept = (await removed()).length;
    await abandonRun(stage);
    return kept;
  };
  expect(await rolesGone('--keep')).toBe(0);
  expect(await rolesGone('--leave')).toBeGreaterThan(0);
});
