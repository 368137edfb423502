import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { accountGrant } from '../../../activities/gcp/footprint/grants.ts';
import type { Condition } from '../../../activities/gcp/snapshot.ts';
import { gcpScript } from '../../../activities/gcp/shell.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { defaultManifest } from '../planned.ts';
import { EMAIL, judge, onboarded, planned, POOL, PROJECT, UNIQUE_ID } from './fixtures.ts';

/** A `gcloud` that notes its words, one call a line, and answers what the test wrote for it. */
const FAKE = `#!/bin/bash
{ for word in "$@"; do printf '<%s>' "$word"; done; echo; } >> "$CALLS"
case "$*" in *"=/dev/stdin"*) printf '<stdin><%s>\n' "$(cat)" >> "$CALLS" ;; esac
case "$*" in *"service-accounts create"*) echo 222 > "$SHOWN" ;;
*"service-accounts list"*) if [ -s "$SHOWN.next" ]; then head -n 1 "$SHOWN.next" | grep -v '^-$'; sed -i 1d "$SHOWN.next"; exit 0; fi
case "$REFUSAL" in *DENIED*) echo "ERROR: $REFUSAL" >&2; exit 1 ;; *) cat "$SHOWN" ;; esac ;;
*describe*) [ -s "$SHOWN" ] && cat "$SHOWN" || { echo "ERROR: (gcloud) $REFUSAL" >&2; exit 1; } ;;
*add-iam-policy-binding*) if [ -s "$SHOWN.next" ]; then sed -i 1d "$SHOWN.next"; echo "ERROR: $REFUSAL" >&2; exit 1; fi ;;
*"service-accounts disable"*|*"service-accounts delete"*|*remove-iam-policy-binding*) [ -z "$REFUSAL" ] || { echo "ERROR: $REFUSAL" >&2; exit 1; } ;; esac
`;

const folder = mkdtempSync(join(tmpdir(), 'gcloud-'));
const calls = join(folder, 'calls');
writeFileSync(join(folder, 'gcloud'), FAKE);
chmodSync(join(folder, 'gcloud'), 0o755);
beforeEach(() => writeFileSync(calls, ''));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the lines as the whole script would; gives its exit code and what gcloud was called with. */
function run(lines: string[], answers: { shown?: string; lists?: string[]; refusal?: string; typed?: string } = {}) {
  writeFileSync(join(folder, 'shown'), answers.shown ?? '');
  writeFileSync(join(folder, 'shown.next'), (answers.lists ?? []).map((l) => `${l || '-'}\n`).join(''));
  const script = ['set -euo pipefail', ...gcpScript.prelude(defaultManifest()), ...lines].join('\n');
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    CALLS: calls,
    SHOWN: join(folder, 'shown'),
    REFUSAL: answers.refusal ?? '',
    GCP_SETTLE: '0',
  };
  const { status, stderr } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8', input: answers.typed ?? '' });
  const called = readFileSync(calls, 'utf8').trim().split('\n');
  return { status, stderr, called: called.map((c) => c.slice(1, -1).split('><')) };
}

function commands(kind: string) {
  const found = gcpScript.kinds[kind];
  if (!found) throw new Error(`no script for ${kind}`);
  return found;
}

function itemOf(kind: string): PlanItem {
  const found = judge(onboarded()).findings.find((f) => f.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return planned(found);
}

function binding(resource: string, condition: Condition | null = null, member = `serviceAccount:${EMAIL}`): PlanItem {
  return planned({ id: 'gcp-binding:x', snapshot: accountGrant({ resource, role: 'roles/viewer', member, condition }, UNIQUE_ID) });
}

it('There are commands for every kind, both ways', () => {
  expect(Object.keys(gcpScript.kinds).toSorted()).toEqual(
    gcpCloud()
      .kinds.map((k) => k.name)
      .toSorted(),
  );
});

describe('A binding in shell', () => {
  it.each([
    ['organizations/12', ['organizations', 'remove-iam-policy-binding', '12']],
    ['folders/34', ['resource-manager', 'folders', 'remove-iam-policy-binding', '34']],
    ['projects/contoso-web', ['projects', 'remove-iam-policy-binding', 'contoso-web']],
  ])('is taken from %s with member, role and the outright word that it has no condition', (resource, words) => {
    const { status, called } = run(commands('gcp-binding').remove(binding(resource)));
    expect(status).toBe(0);
    const flags = [`--member=serviceAccount:${EMAIL}`, '--role=roles/viewer', '--condition=None', '--format=none'];
    expect(called).toEqual([[...words, ...flags]]);
  });

  it('carries a condition whole, whatever stands in it', () => {
    const condition = { title: "o'clock, $(id)", expression: 'a == "x##y" && b != `c`', description: 'one, two' };
    const { called } = run(commands('gcp-binding').remove(binding('folders/34', condition)));
    const pairs = [`expression=${condition.expression}`, `title=${condition.title}`, `description=${condition.description}`];
    expect(called[0]).toContain(`--condition=^_0_^${pairs.join('_0_')}`);
  });

  it('that is gone already is no failure; a denied call is', () => {
    const lines = commands('gcp-binding').remove(binding('folders/34'));
    const missing = 'Policy binding with the specified principal, role, and condition not found!';
    expect(run(lines, { refusal: missing }).status).toBe(0);
    expect(run(lines, { refusal: 'PERMISSION_DENIED: no' })).toMatchObject({ status: 1 });
  });

  it('is given back to the very account only, in the form of a live member', () => {
    const dead = `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}`;
    const lines = commands('gcp-binding').restore(binding('folders/34', null, dead));
    expect(run(lines, { shown: UNIQUE_ID })).toMatchObject({ status: 0 });
    const [, added] = run(lines, { shown: UNIQUE_ID }).called.slice(-2);
    expect(added).toContain(`--member=serviceAccount:${EMAIL}`);
    writeFileSync(calls, '');
    const newcomer = run(lines, { shown: '999' });
    expect(newcomer).toMatchObject({ status: 1 });
    expect(newcomer.called).toHaveLength(1);
  });

  it('of an account that was deleted since it was planned is taken away in the form it then has, under the planned unique id only', () => {
    const missing = 'Policy binding with the specified principal, role, and condition not found!';
    const members = (item: PlanItem) =>
      run(commands('gcp-binding').remove(item), { refusal: missing })
        .called.flat()
        .filter((w) => w.startsWith('--member'));
    const dead = `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}`;
    expect(members(binding('folders/34'))).toEqual([`--member=serviceAccount:${EMAIL}`, `--member=${dead}`]);
    writeFileSync(calls, '');
    expect(members(binding('folders/34', null, dead))).toEqual([`--member=${dead}`, `--member=serviceAccount:${EMAIL}`]);
  });

  it('on an account that a list still shows, while Google refuses it with 403, is gone once two lists lack it; else it is a failure', () => {
    const lines = commands('gcp-impersonation-binding').remove(itemOf('gcp-impersonation-binding'));
    const refused = { refusal: 'PERMISSION_DENIED: or it may not exist' };
    expect(run(lines, { ...refused, lists: [UNIQUE_ID, UNIQUE_ID, '', ''] })).toMatchObject({ status: 0 });
    expect(run(lines, { ...refused, lists: [UNIQUE_ID, UNIQUE_ID, '', UNIQUE_ID, UNIQUE_ID] })).toMatchObject({ status: 1 });
  });

  it('is given back again and again while policies still take its account for deleted; another refusal ends the script', () => {
    const lines = commands('gcp-binding').restore(binding('folders/34'));
    const added = (refusal: string) => {
      writeFileSync(calls, '');
      // The first answer is the list of accounts, the others are refusals.
      const { status, called } = run(lines, { lists: [UNIQUE_ID, 'x', 'x'], refusal });
      return { status, times: called.filter((c) => c.some((w) => w.startsWith('add-'))).length };
    };
    expect(added('INVALID_ARGUMENT: Inconsistent representation of deleted member.')).toEqual({ status: 0, times: 3 });
    expect(added('PERMISSION_DENIED: no')).toEqual({ status: 1, times: 1 });
  });

  it('on the account names account and project', () => {
    const lines = commands('gcp-impersonation-binding').remove(itemOf('gcp-impersonation-binding'));
    expect(run(lines).called).toHaveLength(1);
    const { called } = run(lines, { shown: UNIQUE_ID });
    expect(called.at(-1)?.slice(0, 5)).toEqual(['iam', 'service-accounts', 'remove-iam-policy-binding', EMAIL, `--project=${PROJECT}`]);
  });
});

describe('The service account in shell', () => {
  const { remove, restore } = commands('gcp-service-account');
  const item = itemOf('gcp-service-account');
  const verbs = (called: string[][]) => called.map((c) => `${c[2]} ${c[3]}`);
  const looked = `list --project=${PROJECT}`;

  it('is disabled and deleted by its unique id, and a second time nothing is done', () => {
    expect(verbs(run(remove(item), { shown: UNIQUE_ID }).called)).toEqual([looked, `disable ${UNIQUE_ID}`, `delete ${UNIQUE_ID}`]);
    writeFileSync(calls, '');
    expect(verbs(run(remove(item)).called)).toEqual([looked]);
  });

  it('that a list still shows after its deletion, while Google refuses it with 403, is gone once two lists lack it', () => {
    const refused = { refusal: 'PERMISSION_DENIED: or it may not exist' };
    expect(run(remove(item), { ...refused, lists: [UNIQUE_ID, '', '', '', ''] })).toMatchObject({ status: 0 });
    expect(run(remove(item), { ...refused, lists: Array<string>(5).fill(UNIQUE_ID) })).toMatchObject({ status: 1 });
  });

  it('is undeleted by its unique id and enabled, or only enabled when it is there', () => {
    expect(verbs(run(restore(item)).called)).toEqual([looked, `undelete ${UNIQUE_ID}`, `enable ${UNIQUE_ID}`]);
    writeFileSync(calls, '');
    expect(verbs(run(restore(item), { shown: UNIQUE_ID }).called)).toEqual([looked, `enable ${UNIQUE_ID}`]);
  });

  const purged = { ...item, recreated: 'itself' as const };
  const held = { ...binding(`projects/${PROJECT}`), recreated: 'used' as const };
  const recreated = [...restore(purged), ...commands('gcp-binding').restore(held)];

  it('that Google has purged is made again, and what it held is given to the one that was made', () => {
    const { status, called } = run(recreated);
    expect(status).toBe(0);
    expect(verbs(called.slice(0, 4))).toEqual([looked, 'create mciem-service', looked, `enable ${EMAIL}`]);
    expect(called[1]).toContain('--display-name=ms-ciem-service-account');
    expect(called.at(-1)).toContain(`--member=serviceAccount:${EMAIL}`);
  });

  it('whose address somebody has by now is not taken for it, unless a person says that the script made it', () => {
    const stranger = run(recreated, { shown: '999' });
    expect(stranger).toMatchObject({ status: 1, stderr: expect.stringContaining('nothing is given to it') as string });
    expect(stranger.called).toHaveLength(1);
    writeFileSync(calls, '');
    const again = run(recreated, { shown: '999', typed: '999\n' });
    expect(again.status).toBe(0);
    expect(again.called.at(-1)).toContain(`--member=serviceAccount:${EMAIL}`);
    writeFileSync(calls, '');
    expect(run([...restore(purged), ...commands('gcp-binding').restore(binding('folders/34'))]).status).toBe(1);
  });

  it('is left alone when nobody may look at it, and the script says so', () => {
    const denied = run(remove(item), { refusal: 'PERMISSION_DENIED: no' });
    expect(denied).toMatchObject({ status: 1, stderr: expect.stringContaining('PERMISSION_DENIED') as string });
    expect(denied.called).toHaveLength(1);
  });
});

describe('Pool and provider in shell', () => {
  const where = ['--location=global', `--project=${PROJECT}`];
  const providerWords = ['iam', 'workload-identity-pools', 'providers'];

  it('are deleted while they are active, and undeleted once they are not', () => {
    const provider = itemOf('gcp-provider');
    const inPool = ['mciem-wi-provider', '--workload-identity-pool=mciem-wi-pool', ...where];
    const removed = run(commands('gcp-provider').remove(provider), { shown: 'ACTIVE' }).called;
    expect(removed.at(-1)).toEqual([...providerWords, 'delete', ...inPool, '--quiet']);
    const restored = run(commands('gcp-provider').restore(provider), { shown: 'DELETED' }).called;
    expect(restored.slice(-2)).toEqual([
      [...providerWords, 'undelete', ...inPool],
      [...providerWords, 'update-oidc', ...inPool, '--no-disabled'],
    ]);
    writeFileSync(calls, '');
    expect(run(commands('gcp-provider').restore(provider), { shown: 'NOT_FOUND' }).called.at(-2)).toEqual([
      ...providerWords,
      'create-oidc',
      ...inPool,
      expect.stringMatching(/^--display-name=/),
      '--description=',
      expect.stringMatching(/^--issuer-uri=https/),
      '--allowed-audiences=^##^api://mciem-gcp-oidc-app',
      expect.stringMatching(/^--attribute-mapping=\^##\^.*google.subject=assertion.sub/),
      expect.stringMatching(/^--attribute-condition=/),
    ]);
    writeFileSync(calls, '');
    const jwksJson = `{"keys":[{"kid":"it's"}]}`;
    const keyed = { ...provider, snapshot: { ...(provider.snapshot as object), jwksJson } };
    const [made, keys] = run(commands('gcp-provider').restore(keyed), { shown: 'NOT_FOUND' }).called.slice(-3);
    expect(made).toEqual(expect.arrayContaining(['create-oidc', '--jwk-json-path=/dev/stdin']));
    expect(keys).toEqual(['stdin', jwksJson]);
    writeFileSync(calls, '');
    expect(run(commands('gcp-pool').remove(itemOf('gcp-pool')), { shown: 'DELETED' }).called).toEqual([
      ['iam', 'workload-identity-pools', 'describe', POOL.split('/').at(-1), ...where, '--format=value(state)'],
    ]);
  });
});
