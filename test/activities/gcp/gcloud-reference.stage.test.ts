import { expect, test } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { accountGrant } from '../../../activities/gcp/footprint/grants.ts';
import { gcpOwnAccess } from '../../../activities/gcp/own-access/shell.ts';
import { gcpScript } from '../../../activities/gcp/shell.ts';
import type { OwnGrant } from '../../../model/own-access.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { ToRestore } from '../../../model/restore.ts';
import { runWithStandIns } from '../../harness/stand-ins.ts';
import { finding } from '../../model/findings.ts';
import { defaultManifest } from '../planned.ts';
import { EMAIL, judge, onboarded, planned, UNIQUE_ID } from './fixtures.ts';

/**
 * gcloud's reference (cloud.google.com/sdk/gcloud/reference): each command that the scripts use, the flags it has, required ones first
 * and with `!`. Each takes one positional argument, but for `list`, which takes none. gcloud is on no registry, so it cannot be asked itself.
 */
const BINDING = ['--member!', '--role!', '--condition', '--condition-from-file', '--all'];
const POOL = ['--location!'];
const PROVIDER = ['--location!', '--workload-identity-pool!'];
const MADE = ['--description', '--disabled', '--display-name'];
const OIDC = ['--allowed-audiences', '--attribute-condition', '--jwk-json-path'];
const REFERENCE: Record<string, string[]> = {
  'organizations add-iam-policy-binding': BINDING.slice(0, -1),
  'organizations remove-iam-policy-binding': BINDING,
  'projects add-iam-policy-binding': BINDING.slice(0, -1),
  'projects remove-iam-policy-binding': BINDING,
  'resource-manager folders add-iam-policy-binding': BINDING.slice(0, -1),
  'resource-manager folders remove-iam-policy-binding': BINDING,
  'iam service-accounts add-iam-policy-binding': BINDING.slice(0, -1),
  'iam service-accounts remove-iam-policy-binding': BINDING,
  'iam service-accounts list': ['--filter', '--limit', '--page-size', '--sort-by', '--uri'],
  'iam service-accounts create': ['--description', '--display-name'],
  'iam service-accounts disable': [],
  'iam service-accounts enable': [],
  'iam service-accounts delete': [],
  'iam service-accounts undelete': [],
  'iam workload-identity-pools describe': POOL,
  'iam workload-identity-pools delete': POOL,
  'iam workload-identity-pools undelete': POOL,
  'iam workload-identity-pools create': [...POOL, ...MADE],
  'iam workload-identity-pools update': [...POOL, ...MADE, '--no-disabled'],
  'iam workload-identity-pools providers describe': PROVIDER,
  'iam workload-identity-pools providers delete': PROVIDER,
  'iam workload-identity-pools providers undelete': PROVIDER,
  'iam workload-identity-pools providers create-oidc': [...PROVIDER, '--attribute-mapping!', '--issuer-uri!', ...MADE, ...OIDC],
  'iam workload-identity-pools providers update-oidc': [
    ...PROVIDER,
    '--attribute-mapping',
    '--issuer-uri',
    '--no-disabled',
    ...MADE,
    ...OIDC,
  ],
  'iam roles describe': ['--organization!'],
  'iam roles delete': ['--organization!'],
  'iam roles undelete': ['--organization!'],
  'iam roles create': ['--organization!', '--title', '--description', '--stage', '--permissions', '--file'],
};
/** Of every command. */
const WIDE = ['--project', '--format', '--quiet'];

/** What of a call the reference does not know, or misses. */
function faults(words: string[]): string[] {
  const path = Object.keys(REFERENCE)
    .filter((p) => words.join(' ').startsWith(`${p} `) || words.join(' ') === p)
    .toSorted((a, b) => b.length - a.length)[0];
  if (path === undefined) return [`no command: ${words.join(' ')}`];
  const rest = words.slice(path.split(' ').length);
  const flags = rest.flatMap((w) => /^--[a-z-]+/.exec(w) ?? []);
  const known = (REFERENCE[path] ?? []).map((f) => f.replace('!', ''));
  const needed = (REFERENCE[path] ?? []).filter((f) => f.endsWith('!')).map((f) => f.slice(0, -1));
  return [
    ...flags.filter((f) => !known.includes(f) && !WIDE.includes(f)).map((f) => `${path}: no flag ${f}`),
    ...needed.filter((f) => !flags.includes(f)).map((f) => `${path}: ${f} is missing`),
    ...(rest.length - flags.length === (path.endsWith(' list') ? 0 : 1) ? [] : [`${path}: positional arguments in ${rest.join(' ')}`]),
  ];
}

const grant = (resource: string) =>
  accountGrant({ resource, role: 'roles/viewer', member: `serviceAccount:${EMAIL}`, condition: null }, UNIQUE_ID);
const role = {
  name: 'organizations/1/roles/CloudKnoxIAMOrgAdmin',
  title: 'x',
  description: '',
  stage: 'GA',
  includedPermissions: ['a.b.c'],
};
const items: ToRestore[] = [
  ...judge(onboarded()).findings.map(planned),
  ...['organizations/1', 'folders/2', 'projects/p'].map((r) => planned(finding(r, { kind: 'gcp-binding', snapshot: grant(r) }))),
  planned(finding('role', { kind: 'gcp-custom-role', snapshot: role })),
];

/** Every call of the commands, whether what they look at is there, deleted softly or gone. */
function called(lines: readonly string[]): string[][] {
  const answers = [`echo ${UNIQUE_ID}`, 'echo ACTIVE', 'echo DELETED', 'echo True', 'echo NOT_FOUND >&2; exit 1', ''];
  return answers.flatMap((answer) => {
    const script = ['set -euo pipefail', ...gcpScript.prelude(defaultManifest()), 'sleep() { :; }', ...lines].join('\n');
    const gcloud = `case $* in *describe*|*accounts\\ list*) ${answer || ':'} ;; esac`;
    return runWithStandIns(script, { gcloud }).calls.map((c) => c.slice(1));
  });
}

test('every call that the scripts make of gcloud is one its reference has, and they make every call of this table', () => {
  expect(new Set(items.map((i) => i.kind))).toEqual(new Set(gcpCloud().kinds.map((k) => k.name)));
  const kindOf = (item: PlanItem) => gcpScript.kinds[item.kind] ?? { remove: () => [], restore: () => [] };
  const calls = items.flatMap((item) => {
    const recreated = { ...item, recreated: 'itself' as const };
    return [kindOf(item).remove(item), kindOf(item).restore(item), kindOf(item).restore(recreated)].flatMap(called);
  });
  const own = ['organizations/1', 'folders/2', 'projects/p'].map((r) => ({ definition: grant(r) }) as unknown as OwnGrant);
  calls.push(...own.flatMap((g) => called(gcpOwnAccess.take(g))));
  expect([...new Set(calls.flatMap(faults))]).toEqual([]);
  const used = Object.keys(REFERENCE).filter((p) => calls.some((c) => c.slice(0, p.split(' ').length).join(' ') === p));
  expect(used).toEqual(Object.keys(REFERENCE));
});

test('the worker’s own access is taken by exactly these lines', () => {
  const lines = (resource: string, more: object = {}) =>
    gcpOwnAccess.take({ definition: { ...(grant(resource) as object), ...more } } as unknown as OwnGrant);
  const member = `--member=serviceAccount:${EMAIL} --role=roles/viewer`;
  expect(lines('organizations/1')).toEqual([
    `gcp_once gcloud organizations remove-iam-policy-binding 1 ${member} --condition=None --format=none`,
  ]);
  expect(lines('folders/2')).toEqual([
    `gcp_once gcloud resource-manager folders remove-iam-policy-binding 2 ${member} --condition=None --format=none`,
  ]);
  expect(lines('projects/p', { condition: { title: 't', expression: 'true' } })).toEqual([
    `gcp_once gcloud projects remove-iam-policy-binding p ${member} '--condition=^##^expression=true##title=t' --format=none`,
  ]);
  expect(lines('projects/p', { role: 'projects/p/roles/mepm' })[1]).toContain('gcloud iam roles delete mepm --project=p');
  expect(gcpOwnAccess.identity('worker@contoso-web.iam.gserviceaccount.com')).toContain(
    'gcloud iam service-accounts delete worker@contoso-web.iam.gserviceaccount.com --project=contoso-web',
  );
});
