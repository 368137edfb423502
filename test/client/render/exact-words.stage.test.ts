import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removalScript, restoreScript, type ScriptSource } from '../../../client/render/script.ts';
import type { Json } from '../../../model/finding.ts';
import type { SystemId } from '../../../model/names.ts';
import type { Plan, PlanItem } from '../../../model/plan.ts';
import { command } from '../../../model/shell.ts';
import { defaultManifest, planned, TENANT } from '../../activities/planned.ts';
import { runWithStandIns } from '../../harness/stand-ins.ts';
import { finding } from '../../model/findings.ts';

/** What each CLI is called with, word by word, where texts hold whatever people may have typed into them. */

const ODD = `-- it's "quoted", a=b;c ##x# $(touch owned) \`id\` \\ é日\u2028*\nrm -rf . #`;
/** What a name may hold at most. */
const NAME = "-odd+=,.@name's";
const source: ScriptSource = { run: 'offboarding-1_2', hash: 'ab'.repeat(32), manifest: defaultManifest(), now: new Date(0) };
const found = (kind: string, system: SystemId, snapshot: Json): PlanItem =>
  planned(finding(kind, { kind, system, snapshot, title: ODD, why: [ODD] }));

/** Said of a thing that is not there, in each CLI's words; `ACTIVE` and ids of what is. */
const GONE = {
  aws: `case $2 in assume-role) echo a b c ;; get-*) echo NoSuchEntity >&2; exit 254 ;; esac`,
  az: `[ "$1" != account ] || echo ${TENANT}`,
  gcloud: `case $* in *describe*) echo NOT_FOUND >&2; exit 1 ;; *accounts\\ list*) echo 101 ;; esac`,
};
const THERE = {
  aws: `case $2 in assume-role) echo a b c ;; get-role) echo AROA1 ;; get-policy) echo ANPA1 ;; esac`,
  az: GONE.az,
  gcloud: `case $* in *describe*) echo ACTIVE ;; *accounts\\ list*) echo 101 ;; esac`,
};

const LOOKS = /^(?:get-.*|list.*|describe|assume-role|account|configure)$/;

/** The calls that change something; all others look. */
function changes(way: 'removal' | 'restore', ...items: PlanItem[]): string[][] {
  const back = items.map((i) => ({ ...i, removedAt: '2026-01-01', losses: [ODD] }));
  const untouched = [{ system: 'aws:1' as const, id: ODD, reason: ODD }];
  const script =
    way === 'removal'
      ? removalScript({ ...source, plan: { items } as unknown as Plan })
      : restoreScript({ ...source, plan: { items: back, untouched } });
  const { code, err, calls } = runWithStandIns(script, way === 'removal' ? THERE : GONE);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return calls.filter((c) => !c.slice(1, 4).some((word) => LOOKS.test(word)));
}

const role = found('aws-role', 'aws:111122223333', {
  RoleName: NAME,
  RoleId: 'AROA1',
  Arn: `arn:aws:iam::111122223333:role/odd/${NAME}`,
  Path: '/odd/',
  Description: ODD,
  MaxSessionDuration: 3600,
  AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Sid: ODD }] },
  PermissionsBoundary: null,
  Tags: { [ODD]: ODD },
  AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit'],
  InlinePolicies: { [NAME]: { Statement: [{ Sid: ODD }] } },
  InstanceProfiles: [NAME],
});
const awsPolicy = found('aws-policy', 'aws:111122223333', {
  PolicyName: NAME,
  PolicyId: 'ANPA1',
  Arn: `arn:aws:iam::111122223333:policy/${NAME}`,
  Path: '/',
  Description: ODD,
  DefaultVersionId: 'v2',
  Versions: ['v1', 'v2'].map((VersionId) => ({ VersionId, Document: { Id: VersionId + ODD } })),
  Tags: {},
});
const json = (call: string[] | undefined) => JSON.parse(call?.at(-1) ?? '') as Record<string, unknown>;

test('AWS: names stay one word each, even with a leading hyphen, and texts arrive within JSON as they were', () => {
  const [created, attached, put, profile, ...rest] = changes('restore', role);
  expect(created?.slice(0, 4)).toEqual(['aws', 'iam', 'create-role', '--cli-input-json']);
  expect(json(created)).toMatchObject({ RoleName: NAME, Description: ODD, Tags: [{ Key: ODD, Value: ODD }] });
  expect(JSON.parse(String(json(created)['AssumeRolePolicyDocument']))).toMatchObject({ Statement: [{ Sid: ODD }] });
  expect(attached).toEqual([
    'aws',
    'iam',
    'attach-role-policy',
    `--role-name=${NAME}`,
    '--policy-arn',
    'arn:aws:iam::aws:policy/SecurityAudit',
  ]);
  expect(JSON.parse(String(json(put)['PolicyDocument']))).toEqual({ Statement: [{ Sid: ODD }] });
  expect(profile).toEqual(['aws', 'iam', 'add-role-to-instance-profile', `--instance-profile-name=${NAME}`, `--role-name=${NAME}`]);
  expect(rest).toEqual([]);

  expect(changes('removal', role)).toEqual([
    ['aws', 'iam', 'remove-role-from-instance-profile', `--instance-profile-name=${NAME}`, `--role-name=${NAME}`],
    ['aws', 'iam', 'detach-role-policy', `--role-name=${NAME}`, '--policy-arn', 'arn:aws:iam::aws:policy/SecurityAudit'],
    ['aws', 'iam', 'delete-role-policy', `--role-name=${NAME}`, `--policy-name=${NAME}`],
    ['aws', 'iam', 'delete-role', `--role-name=${NAME}`],
  ]);
  const [policy, version] = changes('restore', awsPolicy);
  expect(json(policy)).toMatchObject({ PolicyName: NAME, Description: ODD, PolicyDocument: JSON.stringify({ Id: `v1${ODD}` }) });
  expect(json(version)).toMatchObject({ PolicyDocument: JSON.stringify({ Id: `v2${ODD}` }) });
});

test('Azure and Entra ID: description and condition are one word each, and no option of their own', () => {
  const scope = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0001-4a5f-9d3c-2f60b8a71e01`;
  const assignment = found('azure-role-assignment', `azure:${scope}`, {
    id,
    scope,
    roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
    principalId: 'p',
    principalType: 'ServicePrincipal',
    condition: ODD,
    conditionVersion: '2.0',
    description: ODD,
  });
  expect(changes('restore', assignment)[0]?.slice(-6)).toEqual([
    '--assignee-principal-type=ServicePrincipal',
    `--description=${ODD}`,
    `--condition=${ODD}`,
    '--condition-version=2.0',
    '--output',
    'none',
  ]);
  expect(changes('removal', assignment)).toEqual([['az', 'role', 'assignment', 'delete', '--ids', id]]);
  const signIn = found('entra-ciem-sign-in', `entra:${TENANT}`, { id: '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e201', displayName: ODD });
  expect(changes('removal', signIn)[0]?.slice(-2)).toEqual(['--body', '{"accountEnabled": false}']);
});

/** As gcloud takes a list apart (`gcloud topic escaping`). */
function takenApart(value: string): string[] {
  const [, delimiter, rest = ''] = /^\^([^^]+)\^(.*)$/s.exec(value) ?? [];
  return delimiter === undefined ? value.split(',') : rest.split(delimiter);
}

const EMAIL = 'mciem-service@contoso-web.iam.gserviceaccount.com';
const grant = (condition: Json) =>
  found('gcp-binding', 'gcp:folders/34', {
    resource: 'folders/34',
    role: 'roles/viewer',
    member: `serviceAccount:${EMAIL}`,
    condition,
    uniqueId: '101',
  });

test('Google Cloud: a condition arrives whole, and so do names and descriptions', () => {
  const condition = { title: `${ODD}#`, expression: `a == "_0_" && ${ODD}`, description: `#${ODD}` };
  for (const way of ['removal', 'restore'] as const) {
    const word = changes(way, grant(condition))[0]?.find((w) => w.startsWith('--condition=')) ?? '';
    const { title, expression, description } = condition;
    const pairs = [`expression=${expression}`, `title=${title}`, `description=${description}`];
    expect(takenApart(word.slice('--condition='.length))).toEqual(pairs);
  }
  const project = 'projects/contoso-web/locations/global/workloadIdentityPools/odd';
  const pool = found('gcp-pool', 'gcp:projects/contoso-web', { name: project, displayName: ODD, description: ODD, disabled: false });
  const [gcloud, ...made] = changes('restore', pool)[0] ?? [];
  expect(gcloud).toBe('gcloud');
  expect(made.slice(0, 4)).toEqual(['iam', 'workload-identity-pools', 'create', 'odd']);
  expect(made.slice(4)).toEqual(['--location=global', '--project=contoso-web', `--display-name=${ODD}`, `--description=${ODD}`]);
  const custom = found('gcp-custom-role', 'gcp:organizations/1', {
    name: 'organizations/1/roles/CloudKnoxIAMOrgAdmin',
    title: ODD,
    description: ODD,
    stage: 'GA',
    includedPermissions: ['a.b.c', 'd.e.f'],
  });
  expect(changes('restore', custom)[0]?.slice(4)).toEqual([
    'CloudKnoxIAMOrgAdmin',
    '--organization=1',
    `--title=${ODD}`,
    `--description=${ODD}`,
    '--stage=GA',
    '--permissions=a.b.c,d.e.f',
    '--format=none',
  ]);
});

const text = fc.string({
  unit: fc.constantFrom('#', '_', '0', ',', "'", '"', '$', '(', ')', '`', '\\', '\n', '-', ' ', '=', 'é', '^', '*', '!'),
});

test('any words at all, of any condition at all, are the words that arrive', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), text, text, (words, title, expression) => {
      const { calls } = runWithStandIns(command('tool', ...words), { tool: '' });
      expect(calls).toEqual([['tool', ...words]]);
      const [held] = changes('removal', grant({ title, expression }));
      const word = held?.find((w) => w.startsWith('--condition=')) ?? '';
      expect(takenApart(word.slice('--condition='.length))).toEqual([`expression=${expression}`, `title=${title}`]);
    }),
    { numRuns: 40 },
  );
});
