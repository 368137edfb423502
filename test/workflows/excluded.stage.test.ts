import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate, type TestEstate } from '../harness/estate.ts';
import { addGcp, FOLDER, MEPM_ACCOUNT, ORGANIZATION, PROJECT } from '../harness/gcp.ts';
import { finish, planOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const DENIED = ['resourcemanager.projects.getIamPolicy', 'iam.serviceAccounts.list', 'iam.roles.list', 'iam.workloadIdentityPools.list'];

/** Forty projects of Apps Script that nobody may look into, under `all`. */
function estate(exclude?: object): TestEstate {
  const gcp = addGcp(smallEstate());
  gcp.manifest.gcp = { organization: ORGANIZATION, folders: 'all', projects: 'all', oidcProject: PROJECT };
  if (exclude) Object.assign(gcp.manifest, { exclude });
  for (let n = 0; n < 40; n++) {
    const projectId = `sys-${26_380_000 + n}`;
    gcp.objects.push({
      kind: 'gcp-project',
      ours: false,
      projectId,
      number: String(900_000 + n),
      parent: `folders/${FOLDER}`,
      deny: DENIED,
    });
  }
  return gcp;
}

test('projects that nobody may look into hold what they might use', async () => {
  const run = await startedRun(stage, estate());
  const plan = await planOf(stage, run);
  expect(plan.unknown).toHaveLength(40);
  const pool = plan.items.find((i) => i.kind === 'gcp-pool');
  expect(pool?.dependsOn.filter((id) => id.startsWith('unread-system:gcp:projects/sys-'))).toHaveLength(40);
});

test('left out by a pattern they hold nothing, and the plan and the end say first what is not known', async () => {
  const run = await startedRun(stage, estate({ projects: ['sys-*'] }));
  const plan = await planOf(stage, run);
  expect(plan.unknown).toEqual([]);
  expect(plan.excluded).toHaveLength(40);
  expect(plan.items.filter((i) => i.guard)).toEqual([]);
  const [first] = plan.warnings;
  expect(first).toMatch(
    /^nothing is known of 40 systems left out by the manifest \(exclude\.projects: sys-\*: 40, such as gcp:projects\/sys-26380000\)/,
  );
  for (const shared of plan.items.filter((i) => ['gcp-pool', 'gcp-service-account'].includes(i.kind))) expect(first).toContain(shared.id);
  expect(first).not.toContain('aws-role:');
  const { out } = await stage.offboard('plan', run);
  expect(out.split('\n')[2]).toContain('nothing is known of 40 systems left out');
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(result.reason).toMatch(/^nothing is known of 40 systems left out by the manifest .*; the rest was read again: nothing is left/);
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('who was seen to need a thing holds it, whatever is left out', async () => {
  const shared = estate({ projects: ['sys-*'] });
  const resource = `projects/${PROJECT}/serviceAccounts/${MEPM_ACCOUNT}`;
  const others = ['serviceAccount:runner@sys-26380000.iam.gserviceaccount.com'];
  shared.objects.push({ kind: 'gcp-binding', ours: false, resource, role: 'roles/iam.serviceAccountTokenCreator', members: others });
  const plan = await planOf(stage, await startedRun(stage, shared));
  expect(plan.items.find((i) => i.kind === 'gcp-service-account')?.guard?.code).toBe('SharedServiceAccount');
});
