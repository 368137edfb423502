import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Document } from 'yaml';
import type { ErrorCode } from '../../model/errors.ts';
import { MEMBER_ACCOUNT, smallEstate, STARTER, SUBSCRIPTION } from '../harness/estate.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectNothingChanged, expectRefused, isKnown, RUN } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

/** Sets one field of the small estate's manifest; undefined takes it away. */
type Change = [path: string, value: unknown];

function changed(...changes: Change[]): string {
  const document = new Document(smallEstate().manifest);
  for (const [path, value] of changes) {
    const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    if (value === undefined) document.deleteIn(keys);
    else document.setIn(keys, document.createNode(value));
  }
  return stage.writeManifest(document.toJS());
}

const { manifest: whole } = smallEstate();
const write = 'write vendor, since and attestedBy';
const FAULTS: [name: string, code: ErrorCode, change: Change, words: string[]][] = [
  ['an unknown field', 'UnknownField', ['aws.memebers', []], ['aws.memebers', 'remove it or mend its name']],
  ['an unknown field at the top', 'UnknownField', ['dryRun', true], [': dryRun:', 'remove it or mend its name']],
  ['a tenant that is no GUID', 'InvalidValue', ['tenant.id', 'contoso'], ['tenant.id', 'is not a GUID', 'copy it']],
  ['a subscription that is no GUID', 'InvalidValue', ['azure.subscriptions', ['x']], ['azure.subscriptions.0', 'is not a GUID']],
  ['an account id of 11 digits', 'InvalidValue', ['aws.oidcAccount', '11112222333'], ['aws.oidcAccount', '12 digits in quotes']],
  ['a duration without a unit', 'InvalidValue', ['waits', { gate: '7' }], ['waits.gate', 'write such as 200ms']],
  ['an empty selector', 'EmptySelector', ['aws.members', []], ['aws.members', 'name at least one or leave the field out']],
  ['no collectors', 'EmptySelector', ['collectors', []], ['collectors', 'name at least one']],
  ['no approvers', 'EmptySelector', ['approvers', []], ['approvers', 'name at least one']],
  ['an account named twice', 'DuplicateSystem', ['aws.members.1', MEMBER_ACCOUNT], ['aws.members', MEMBER_ACCOUNT, 'name it once']],
  [
    'a subscription named twice in another case',
    'DuplicateSystem',
    ['azure.subscriptions.1', SUBSCRIPTION.toUpperCase()],
    ['azure.subscriptions', SUBSCRIPTION, 'name it once'],
  ],
  ['a collector named twice', 'DuplicateSystem', ['collectors.1', whole.collectors[0]], ['collectors', 'collector-aws', 'name it once']],
  ['no successor', 'MissingSuccessor', ['successor', undefined], ['successor', write]],
  ['a successor without a date', 'MissingSuccessor', ['successor.since', undefined], ['successor', write]],
];

test.each(FAULTS)('a manifest with %s is refused with %s, by its line and field, and starts nothing', async (_, code, change, words) => {
  const file = changed(change);
  const result = await stage.offboard('start', file, '--by', STARTER);
  expectRefused(result, code, file, ...words);
  expect(result.err).toMatch(/\.yaml:(\d+:)? /);
  expect(result.out).toBe('');
  expect(await isKnown(stage, RUN)).toBe(false);
  await expectNothingChanged(stage);
});

test('a file that cannot be read is refused by its name', async () => {
  const file = join(stage.folder, 'none.yaml');
  expectRefused(await stage.offboard('start', file, '--by', STARTER), 'UnreadableFile', file, 'ENOENT', 'name a readable YAML file');
  expectRefused(await stage.offboard('start', stage.folder, '--by', STARTER), 'UnreadableFile', 'EISDIR');
  expect(await isKnown(stage, RUN)).toBe(false);
});

test('a file that is not YAML is refused by its line', async () => {
  const file = join(stage.folder, 'broken.yaml');
  writeFileSync(file, 'tenant:\n  id: "x\n');
  expectRefused(await stage.offboard('start', file, '--by', STARTER), 'InvalidYaml', `${file}:`, 'mend the line');
  expect(await isKnown(stage, RUN)).toBe(false);
});

test('all faults of a manifest are told at once, each on a line with the number of its own', async () => {
  const file = changed(['tenant.id', 'contoso'], ['aws.members', []]);
  const { err } = await stage.offboard('start', file, '--by', STARTER);
  expect(err.trimEnd().split('\n')).toHaveLength(2);
  expect(err).toContain(`${file}:2: tenant.id`);
});

test('with --json a refusal is one JSON object on stdout with the code by name', async () => {
  const file = changed(['aws.members', []]);
  const { code, out } = await stage.offboard('start', file, '--by', STARTER, '--json');
  expect(code).toBe(14);
  expect(JSON.parse(out)).toEqual({ error: 'EmptySelector', message: expect.stringContaining('aws.members') as string, next: [] });
});

test('the manifest that these were made from starts a run', async () => {
  const result = await stage.offboard('start', stage.writeManifest(smallEstate().manifest), '--by', STARTER);
  expect(result.code).toBe(0);
  expect(await isKnown(stage, RUN)).toBe(true);
});
