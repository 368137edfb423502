import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporalBinary, versionFault } from '../../temporal/binary.ts';
import type { Supplier } from '../../temporal/suppliers.ts';
import { TEMPORAL_CLI_VERSION } from '../../temporal/suppliers.ts';

const CURRENT = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)';

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'offboard-binary-'));
}

/** A program that answers `--version` with a text, in a folder of its own. */
function pretend(version: string, folder = temporaryFolder()): string {
  const file = join(folder, 'temporal');
  writeFileSync(file, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  return file;
}

/** A supplier that leaves a pretended CLI behind, and counts how often it was asked. */
function counting() {
  const calls: string[] = [];
  const supply: Supplier = async (directory) => {
    calls.push(directory);
    await pause(100);
    return pretend(CURRENT, directory);
  };
  return { calls, supply };
}

const closed: Supplier = () => Promise.reject(new Error('downloading: no route to host'));

test('TEMPORAL_CLI_PATH comes before a temporal on PATH', async () => {
  const named = pretend(CURRENT);
  const other = temporaryFolder();
  pretend(CURRENT, other);
  expect(await temporalBinary({ environment: { TEMPORAL_CLI_PATH: named, PATH: other } })).toBe(named);
});

test('a TEMPORAL_CLI_PATH that is not the Temporal CLI is refused, not passed over', async () => {
  const { calls, supply } = counting();
  const wrong = pretend('GNU hello 2.12');
  const asked = temporalBinary({ environment: { TEMPORAL_CLI_PATH: wrong, PATH: '' }, suppliers: [supply] });
  await expect(asked).rejects.toMatchObject({ code: 'NoTemporal', message: expect.stringContaining(wrong) as string });
  expect(calls).toEqual([]);
});

test('a temporal on PATH is taken, and one whose server is too old is passed over', async () => {
  const old = temporaryFolder();
  pretend('temporal version 0.10.0 (Server 1.20.0, UI 2.9)', old);
  const current = temporaryFolder();
  const binary = pretend(CURRENT, current);
  expect(await temporalBinary({ environment: { PATH: `${old}:${current}` } })).toBe(binary);
});

test('the cache answers without asking a supplier', async () => {
  const cache = temporaryFolder();
  const shelf = join(cache, 'mepm-offboard', 'temporal', TEMPORAL_CLI_VERSION);
  mkdirSync(shelf, { recursive: true });
  const cached = pretend(CURRENT, shelf);
  const { calls, supply } = counting();
  expect(await temporalBinary({ environment: { PATH: '', XDG_CACHE_HOME: cache }, suppliers: [supply] })).toBe(cached);
  expect(calls).toEqual([]);
});

test('callers at the same time wait for one supplier', async () => {
  const cache = temporaryFolder();
  const { calls, supply } = counting();
  const options = { environment: { PATH: '', XDG_CACHE_HOME: cache }, suppliers: [closed, supply] };
  const paths = await Promise.all([temporalBinary(options), temporalBinary(options), temporalBinary(options)]);
  expect(new Set(paths)).toEqual(new Set([join(cache, 'mepm-offboard', 'temporal', TEMPORAL_CLI_VERSION, 'temporal')]));
  expect(calls).toHaveLength(1);
});

test('a lock left by a process that died is taken over', async () => {
  const cache = temporaryFolder();
  mkdirSync(join(cache, 'mepm-offboard', 'temporal'), { recursive: true });
  const lock = join(cache, 'mepm-offboard', 'temporal', `${TEMPORAL_CLI_VERSION}.lock`);
  writeFileSync(lock, '2147483646');
  const { supply } = counting();
  await temporalBinary({ environment: { PATH: '', XDG_CACHE_HOME: cache }, suppliers: [supply] });
  expect(existsSync(lock)).toBe(false);
});

test('when every way is closed, one error lists the ways and why each failed', async () => {
  const cache = temporaryFolder();
  const asked = temporalBinary({ environment: { PATH: '', XDG_CACHE_HOME: cache }, suppliers: [closed] });
  await expect(asked).rejects.toMatchObject({ code: 'NoTemporal' });
  await expect(asked).rejects.toThrow(/TEMPORAL_ADDRESS[^]*TEMPORAL_CLI_PATH[^]*PATH[^]*temporal\.download[^]*Go[^]*no route to host/);
  expect(readdirSync(join(cache, 'mepm-offboard', 'temporal'))).toEqual([TEMPORAL_CLI_VERSION]);
});

test.each([
  [CURRENT, undefined],
  ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', undefined],
  ['temporal version 2.0 (Server 2.0.0, UI 3.0)', undefined],
  ['temporal version 0.13 (Server 1.24.2, UI 2.2)', 'its server is 1.24, and 1.25 or newer is needed'],
  ['tctl version 1.18', 'it is not the Temporal CLI'],
])('a CLI that says "%s" is judged: %s', (text, fault) => {
  expect(versionFault(text)).toBe(fault);
});
