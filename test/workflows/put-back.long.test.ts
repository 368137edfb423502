import { afterAll, beforeAll, expect, test } from 'vitest';
import { earlierBy, ownDoings } from '../../activities/apply/second-look/own.ts';
import { plannedIn } from '../../activities/apply/second-look/planned.ts';
import { judgeReadings } from '../../activities/discover/judge.ts';
import { currentPlan } from '../../activities/records/plans.ts';
import type { Manifest } from '../../model/manifest.ts';
import { planHash } from '../../model/plan.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType } from '../../model/names.ts';
import { defaultEstate } from '../harness/default-estate.ts';
import { finish, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open(defaultEstate()));
afterAll(() => stage.close());

/** Once a stack is gone its resources stand for themselves; nothing rests on a secret. */
const NOT_PUT_BACK = ['aws-cloudformation-stack', 'aws-secret'];

test('when all is removed, and every kind puts its own back, the same things are ours as before, just as they were', async () => {
  const estate = defaultEstate();
  estate.objects = estate.objects.filter((o) => o.kind !== 'azure-lock');
  const organization = '504113872240';
  const members = ['serviceAccount:contoso-ciem-reader@contoso-identity.iam.gserviceaccount.com'];
  const role = `organizations/${organization}/roles/CloudKnoxIAMOrgAdmin`;
  estate.objects.push(
    {
      kind: 'gcp-custom-role',
      ours: true,
      organization,
      id: 'CloudKnoxIAMOrgAdmin',
      title: 'CloudKnox IAM Org Admin',
      permissions: ['iam.roles.list'],
    },
    { kind: 'gcp-binding', ours: true, resource: 'projects/contoso-web', role, members },
  );
  const { run } = await finish(stage, await startedRun(stage, estate));
  const ledger = await stage.deps.journal.ledger(run);
  const plan = await currentPlan(stage.deps, ledger);
  if (!plan) throw new Error('the run has no plan');
  expect(plan.items.filter((i) => ledger.outcomes.get(i.id)?.outcome !== 'removed').map((i) => i.id)).toEqual([]);

  const manifest = await stage.deps.artifacts.get<Manifest>(plan.manifestHash);
  const { ciemPrincipalId = '' } = plan.facts;
  const planned = plannedIn({ deps: stage.deps, plan, planHash: planHash(plan), manifest });
  const snapshots = new Map<string, unknown>();
  for (const system of systemsOf(manifest)) {
    const cloud = stage.deps.clouds[systemType(system)];
    const context = { manifest, ciemPrincipalId, own: ownDoings({ deps: stage.deps, ledger }, planned, earlierBy([]), system) };
    snapshots.set(system, await cloud.read(await cloud.connect(system, context), system, context));
  }
  const readings = systemsOf(manifest).map((system) => ({ system, artifact: system }));
  const { match } = await judgeReadings(stage.deps, manifest, readings, (r) => Promise.resolve(snapshots.get(r.system)), plan.facts);
  const now = new Map(match.findings.map((f) => [f.id, f]));
  // Each in its own system, and in no other.
  const where = (found: { id: string; system: string }[]) => found.map((f) => `${f.id} in ${f.system}`).toSorted();
  const back = (i: { kind: string }) => !NOT_PUT_BACK.includes(i.kind);
  expect(where(match.findings.filter(back))).toEqual(where(plan.items.filter(back)));
  const kinds = new Set<string>();
  for (const { id, kind, snapshot, confidence, provides, uses } of plan.items.filter((i) => !NOT_PUT_BACK.includes(i.kind))) {
    kinds.add(kind);
    expect({ id, ...now.get(id) }).toMatchObject({ id, snapshot, confidence, provides, uses });
  }
  const all = Object.values(stage.deps.clouds).flatMap((c) => c.kinds.map((k) => k.name));
  expect(all.filter((k) => !kinds.has(k) && !NOT_PUT_BACK.includes(k))).toEqual([]);
});
