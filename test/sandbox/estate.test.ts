import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ManifestSchema } from '../../model/manifest.ts';
import { manifestFaults } from '../../model/manifest-faults.ts';
import { EstateError, loadEstate } from '../../sandbox/estate.ts';
import { DEFAULT_ESTATE } from './start-sandbox.ts';

function fault(text: string): { code: string; message: string } {
  const file = join(mkdtempSync(join(tmpdir(), 'estate-')), 'estate.yaml');
  writeFileSync(file, text);
  try {
    loadEstate(file);
  } catch (error) {
    if (error instanceof EstateError) return { code: error.code, message: error.message.replaceAll(file, 'estate.yaml') };
    throw error;
  }
  throw new Error('the estate was taken');
}

test('the default estate is sound, and so is its manifest', () => {
  const estate = loadEstate(DEFAULT_ESTATE);
  expect(manifestFaults(ManifestSchema.parse(estate.manifest))).toEqual([]);
  expect(estate.objects.filter((o) => !o.ours).length).toBeGreaterThan(40);
  expect(estate.objects.filter((o) => o.kind === 'aws-account')).toHaveLength(6);
});

test('an unknown field is named with its line', () => {
  const { code, message } = fault(
    'manifest: {}\nobjects:\n  - kind: aws-account\n    ours: false\n    id: "111122223333"\n    entryRole: x\n    colour: red\n',
  );
  expect(code).toBe('InvalidEstate');
  expect(message).toBe('estate.yaml:7: objects[0].colour: unknown field; correct its spelling or remove it');
});

test('an unknown kind is answered with the kinds there are', () => {
  const { message } = fault('manifest: {}\nobjects:\n  - { kind: aws-rule, ours: true }\n');
  expect(message).toContain('estate.yaml:3: objects[0].kind: unknown kind; use one of aws-account, aws-role');
});

test('all faults are told at once, a missing field at the object it is missing from', () => {
  const { message } = fault('manifest: {}\nobjects:\n  - kind: aws-account\n    ours: maybe\n    id: "111122223333"\n');
  expect(message.split('\n').map((line) => line.split(': ').slice(0, 2))).toEqual([
    ['estate.yaml:4', 'objects[0].ours'],
    ['estate.yaml:3', 'objects[0].entryRole'],
  ]);
});

test('the same object twice is refused with both lines', () => {
  const one =
    '  - { kind: entra-user, ours: false, id: e4a90b17-58cd-4d02-9f3e-6b7c8d9e0f01, userPrincipalName: a@b.example, displayName: A }\n';
  const { message } = fault(`manifest: {}\nobjects:\n${one}${one}`);
  expect(message).toContain('estate.yaml:4: objects[1]: entra-user:e4a90b17-58cd-4d02-9f3e-6b7c8d9e0f01 is already at line 3');
});

test('a change of what is not there is told with its line', () => {
  const estate =
    'manifest: {}\nobjects:\n  - { kind: aws-account, ours: false, id: "111122223333", entryRole: x }\nchanges:\n  - delete: aws-account:444455556666\n';
  expect(fault(estate).message).toBe(
    'estate.yaml:5: changes[0]: there is no aws-account:444455556666; copy the key of an object that is there by then',
  );
});

test('what is not YAML, or not there, says so', () => {
  expect(fault('manifest: [\nobjects: }').message).toMatch(/^estate\.yaml:2: not valid YAML/);
  expect(() => loadEstate('no-such.yaml')).toThrow(expect.objectContaining({ code: 'UnreadableFile' }));
});

test('one that is written as JSON is read, and its faults are told with their lines all the same', () => {
  const object = '{"kind": "aws-account", "ours": false, "id": "111122223333", "entryRole": "x"}';
  const file = join(mkdtempSync(join(tmpdir(), 'estate-')), 'estate.json');
  writeFileSync(file, `{"manifest": {},\n"objects": [\n${object}\n]}\n`);
  expect(loadEstate(file).objects).toMatchObject([JSON.parse(object) as object]);
  expect(fault(`{"manifest": {},\n"objects": [\n${object},\n${object}\n]}\n`).message).toMatch(
    /^estate\.yaml:4: objects\[1\]: .* is already at line 3/,
  );
});
