import { afterAll, beforeAll, expect, test } from 'vitest';
import { attend } from '../../client/demo/attend.ts';
import { amongOthers } from '../../client/demo/others.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { recordsOf } from '../../client/records/records.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import type { Plan } from '../../model/plan.ts';
import type { Change } from '../../sandbox/changes.ts';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { adversaryEstate } from '../../scripts/adversary-estate/estate.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { APPROVER, STARTER, type TestEstate } from '../harness/estate.ts';
import { estateFile, expectedFindings } from '../harness/ours.ts';
import { startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const { changes, ...estate } = estateFile('adversary.yaml') as TestEstate & { changes: Change[] };
estate.manifest.approvers = [STARTER, APPROVER];

const stage = new Stage();
beforeAll(() => stage.open(estate));
afterAll(() => stage.close());

/** The estate as it is once others have done all that they do. */
function changed(): TestEstate {
  const objects = new Map(estate.objects.map((o) => EstateObjectSchema.parse(o)).map((o) => [objectKey(o), o]));
  for (const change of changes) {
    if ('add' in change) objects.set(objectKey(change.add), EstateObjectSchema.parse(change.add));
    else if ('delete' in change) objects.delete(change.delete);
    else objects.set(change.change, EstateObjectSchema.parse({ ...objects.get(change.change), ...change.to }));
  }
  return { ...estate, objects: [...objects.values()] };
}

test('the estate is the one its script makes, with something of every kind of fear in it', () => {
  expect(estateFile('adversary.yaml')).toEqual(adversaryEstate());
  expect(estate.objects.length).toBeGreaterThanOrEqual(150);
  expect(changes.length).toBeGreaterThanOrEqual(30);
});

test('while others change what the plan rests on, a run takes all and only what is still ours and free, and says why the rest stays', async () => {
  const run = await startedRun(stage, estate);
  const handle = stage.session.client.workflow.getHandle<typeof offboarding>(run);
  const quietly = () => undefined;
  const held: string[] = [];
  const people = playedPeople(stage.session, APPROVER, stage.sandbox.client, (line) => void held.push(line));
  const result = await attend(handle, amongOthers(people, stage.sandbox.client, changes, quietly), quietly);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });

  const { untouched, ours } = await stage.sandbox.client.report();
  expect(untouched.changed).toEqual([]);
  expect(ours.left).toEqual([]);
  expect((await removedBy(stage, result.run)).toSorted()).toEqual(expectedFindings(changed()));

  const { plan, summary } = await recordsOf(new WorkersRecords(stage.session), run);
  const waived = summary.items.filter((i) => i.waived).map((i) => i.item);
  const settled = new Set([...(await removedBy(stage, result.run)), ...waived]);
  // With its account somebody deleted the grant on it; and a collector, while the others waited.
  const gone = (plan as Plan).items.filter((i) => !settled.has(i.id));
  expect(gone.map((i) => i.id)).toEqual([
    expect.stringContaining('gcp-impersonation-binding:projects/ts-made-again/') as unknown,
    'data-collector:ts-gcp',
  ]);
  expect(summary.items.find((i) => i.item === 'data-collector:ts-gcp')?.outcome?.outcome).toBe('already-gone');
  expect((plan as Plan).items.find((i) => i.id === role(2, 'prod-admin'))?.lifted).toMatchObject({ code: 'Doubt' });
  for (const [item, code, words] of WHY) {
    const told = held.filter((line) => line.startsWith(`held: ${item}`) && line.includes(`: ${code}: `));
    expect(told.join('\n'), `${item} ${code}`).toContain(words);
  }
}, 300_000);

const project = (id: string) => `projects/${id}/locations/global/workloadIdentityPools/ts-federation`;
const account = (id: string) => `gcp-service-account:projects/${id}/serviceAccounts/ts-posture@${id}`;
const role = (n: number, name = 'ts-visibility') => `aws-role:arn:aws:iam::4020000000${String(n).padStart(2, '0')}:role/${name}`;
const connect = (n: number) => `aws-role:arn:aws:iam::40100000000${n}:role/ts-entra-connect`;
const policy = (where: string, name: string) => `aws-policy:arn:aws:iam::${where}:policy/${name}`;
const assignment = (n: number) => `azure-role-assignment:/subscriptions/a100002a-000${n}-`;

/** What is held, by which code, and some of the words: first what others changed, then what was shared or doubted from the beginning. */
const WHY: [item: string, code: string, words: string][] = [
  [`gcp-pool:${project('ts-joined')}`, 'Drift', 'besides ts-entra the provider github is in it'],
  ['gcp-binding:projects/ts-joined#roles/viewer', 'Drift', 'ours by name only'],
  [account('ts-impersonated'), 'SharedServiceAccount', 'group:batch@tailspin.example (roles/iam.serviceAccountTokenCreator)'],
  ['gcp-binding:projects/ts-impersonated#roles/viewer', 'Shared', account('ts-impersonated')],
  [account('ts-keyed-later'), 'SharedServiceAccount', 'whoever has its key ffeeddcc'],
  [account('ts-made-again'), 'Drift', 'uniqueId: "119000000000000000007" → "119000000000000000907"'],
  [`gcp-provider:${project('ts-wider')}`, 'SharedProvider', 'api://tailspin-batch'],
  ['gcp-binding:projects/ts-wider#roles/viewer', 'Doubt', 'accepts other audiences as well: api://tailspin-batch'],
  ['gcp-custom-role:', 'SharedRole', 'group:platform@tailspin.example'],
  [policy('402000000001', 'ciem-controller-'), 'Drift', 'also attached to role break-glass'],
  [policy('402000000002', 'ciem-controller-'), 'Drift', 'as their permissions boundary'],
  [policy('401000000007', 'ciem-cloudtrail-'), 'Drift', 'also attached to role siem-reader'],
  [role(3), 'SharedTrust', 'role/soc-analyst'],
  [role(4), 'Drift', 'RoleId: '],
  [role(5), 'OwnedByStack', 'stack/landing-zone'],
  [role(6), 'Drift', 'InstanceProfiles: [] → ["deployer"]'],
  ['aws-cloudformation-stack:', 'Drift', 'Definition.Template'],
  [role(7), 'OwnedByStack', 'the CloudFormation stack ts-visibility owns it and'],
  [connect(4), 'Shared', role(12, 'night-run')],
  ['aws-oidc-client-id:arn:aws:iam::401000000005:', 'SharedWithDefender', 'OtherClientIds: [] → ["api://tailspin-batch"]'],
  ['aws-oidc-client-id:arn:aws:iam::401000000001:', 'SharedWithDefender', 'EntraPermissionsManagement on (so since the plan was made)'],
  ['aws-secret:', 'SharedSecret', 'ResourcePolicy: null → '],
  [assignment(2), 'ScopeLocked', 'following scope(s) are locked'],
  [assignment(3), 'OwnedByDeploymentStack', 'deploymentStacks/landing-zone'],
  [assignment(4), 'Drift', 'principalId: '],
  [assignment(1), 'SharedWithDefender', 'EntraPermissionsManagement on (so since the plan was made)'],
  ['entra-oidc-application:a100002c-0002-', 'HasCredentials', 'nightly export'],
  ['entra-oidc-application:a100002c-0003-', 'SharedApplication', 'api://tailspin-portal'],
  [role(1, 'prod-admin'), 'Doubt', 'role/ci-deployer, whose trust also lets in'],
  ['aws-role:arn:aws:iam::401000000002:role/ci-deployer', 'SharedTrust', 'token.actions.githubusercontent.com'],
  [role(11, 'used-view'), 'RecentlyUsed', 'last used 2125-03-05'],
  [role(10, 'audit-view'), 'SharedTrust', 'arn:aws:iam::999900001111:root'],
  [connect(3), 'Shared', `${role(4, 'by-pattern')}, ${role(5, 'by-account')}, ${role(6, 'by-session')}`],
  ['aws-oidc-client-id:arn:aws:iam::401000000002:', 'Shared', 'role/all-but-one'],
  [account('ts-keyed'), 'SharedServiceAccount', 'whoever has its key a1b2c3d4'],
  [account('ts-borrowed'), 'Doubt', 'neither a name nor a role that onboarding gave'],
  [account('ts-unclear'), 'Doubt', 'a condition that is not understood'],
  [`gcp-provider:${project('ts-uploaded')}`, 'Doubt', 'lets in whoever signs with the keys uploaded to it'],
  [account('ts-uploaded'), 'Doubt', 'the keys uploaded to it (oidc.jwksJson)'],
];
