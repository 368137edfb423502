import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, OIDC_ACCOUNT, READER_ASSIGNMENT, smallEstate, type TestEstate } from '../harness/estate.ts';
import { addGcp, FOLDER } from '../harness/gcp.ts';
import { memberItem } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, planOf, resultOf, startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

/** `all` in AWS, Azure and Google Cloud; `management` is the account that may list the organisation. */
function allOfIt(change: (objects: TestEstate['objects']) => void = () => undefined): TestEstate {
  const estate = addGcp(smallEstate());
  const { aws, azure, gcp } = estate.manifest;
  Object.assign(aws ?? {}, { members: 'all', managementAccount: OIDC_ACCOUNT });
  Object.assign(azure ?? {}, { subscriptions: 'all' });
  Object.assign(gcp ?? {}, { folders: 'all', projects: 'all' });
  for (const o of estate.objects) if (o.kind === 'aws-account') Object.assign(o, { management: 'id' in o && o.id === OIDC_ACCOUNT });
  change(estate.objects);
  return estate;
}

const lacking = (kind: string, field: 'deny' | 'denied', permissions: string[]) => (objects: TestEstate['objects']) => {
  for (const o of objects) if (o.kind === kind) Object.assign(o, { [field]: permissions });
};

test('`all` where every branch can be listed finds the same things, and says that nothing is left', async () => {
  const run = await startedRun(stage, allOfIt());
  const plan = await planOf(stage, run);
  expect(plan.unknown).toEqual([]);
  expect(plan.items.map((i) => i.id)).toContain(memberItem('contoso-collect'));
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test.each([
  {
    what: '`members: all` without the right to list the organisation',
    estate: () => allOfIt((objects) => objects.forEach((o) => (o.kind === 'aws-account' ? Object.assign(o, { management: false }) : o))),
    unknown: `aws:organization of ${OIDC_ACCOUNT}`,
    removed: `azure-role-assignment:${READER_ASSIGNMENT}`,
  },
  {
    what: '`projects: all` with a folder whose projects cannot be listed',
    estate: () => allOfIt(lacking('gcp-folder', 'deny', ['resourcemanager.projects.list'])),
    unknown: `gcp:folders/${FOLDER}`,
    removed: memberItem('contoso-collect'),
  },
])('$what: the branch is unknown, the rest goes on, and nobody claims that nothing is left there', async ({ estate, unknown, removed }) => {
  const run = await startedRun(stage, estate());
  const { unknown: told } = await planOf(stage, run);
  expect(told.map((u) => u.system)).toContain(unknown);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(unresolved.find((o) => o.item === `unread-system:${unknown}`)).toMatchObject({ outcome: 'blocked', code: 'UnreadSystem' });
  expect(await removedBy(stage, journal)).toContain(removed);
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'its owner looks there')).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).reason).toContain(unknown);
});
