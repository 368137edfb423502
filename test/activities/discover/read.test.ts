import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { emptyLedger } from '../../../model/ledger.ts';
import { readBatch } from '../../../activities/discover/read.ts';
import { withHeartbeat } from '../../../activities/look/activity.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import { TENANT } from '../planned.ts';

const MEMBERS = Array.from({ length: 60 }, (_, i) => String(100_000_000_000 + i));
const manifest = ManifestSchema.parse({
  tenant: { id: TENANT },
  successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: 'riley' },
  aws: { oidcAccount: '999999999999', members: MEMBERS, assumeRole: 'offboarding-entry' },
  entra: { applications: ['api://mciem-aws-oidc-app'] },
  collectors: [{ id: 'aws-1', type: 'aws', driver: 'operator', recipient: 'dana@contoso.example' }],
  approvers: ['sam', 'riley'],
});

/** An artifact store and an AWS of which each account answers `read`. */
function depsWith(
  read: (api: unknown, system: string) => Promise<unknown>,
  kind: 'blocked' | 'retry' = 'blocked',
): { deps: Deps; stored: unknown[] } {
  const stored: unknown[] = [];
  const artifacts = {
    get: () => Promise.resolve(manifest),
    put: (_: string, value: unknown) => Promise.resolve(String(stored.push(value))),
    has: (_: string, address: string) => Promise.resolve(stored[Number(address) - 1] !== undefined),
  };
  const aws = { connect: () => Promise.resolve({}), read, classify: () => ({ kind, code: 'NotFound', message: '' }) };
  const journal = { ledger: () => Promise.resolve(emptyLedger()) };
  return { deps: { artifacts, journal, clouds: { aws } } as unknown as Deps, stored };
}

const secondBatch = { run: 'r', manifest: 'm', index: 1 };
/** Tries to read the second batch with what the try before told last. */
async function tryToRead(deps: Deps, heartbeatDetails?: unknown): Promise<{ told: unknown; error: unknown }> {
  const env = new MockActivityEnvironment({ heartbeatDetails, scheduledTimestampMs: Date.now() });
  let told: unknown;
  env.on('heartbeat', (details: unknown) => {
    told = details;
  });
  const error: unknown = await env
    .run(() => withHeartbeat(() => readBatch(deps, secondBatch)))
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  return { told, error };
}

const isReadings = (value: unknown) => Array.isArray(value);

test('a batch whose reading was stopped half way is no reading: what was not asked would look like nothing there', async () => {
  const env = new MockActivityEnvironment();
  let reads = 0;
  const { deps, stored } = depsWith(async () => {
    if (++reads === 10) env.cancel('WORKER_SHUTDOWN');
    return Promise.resolve({ account: reads });
  });
  const failure: unknown = await env.run(() => readBatch(deps, secondBatch)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'CloudUnavailable', nonRetryable: false });
  expect((failure as ApplicationFailure).message).toMatch(/^only \d+ of 50 systems were read/);
  expect(stored.filter(isReadings)).toEqual([]);
});

test('a batch that was read to its end tells of each of its systems', async () => {
  const { deps, stored } = depsWith(() => Promise.resolve({}));
  await new MockActivityEnvironment().run(() => readBatch(deps, secondBatch));
  expect(stored.filter(isReadings).map((readings) => readings.length)).toEqual([50]);
});

test('after a fault the next try reads only the systems that were not read; all of them are told', async () => {
  const asked: string[] = [];
  const bad = new Set<string>();
  let isCalm = false;
  const { deps, stored } = depsWith((_, system) => {
    asked.push(system);
    if (bad.size < 2 && asked.length % 20 === 0) bad.add(system);
    return bad.has(system) && !isCalm ? Promise.reject(new Error('503')) : Promise.resolve({ system });
  }, 'retry');
  const first = await tryToRead(deps);
  expect(first.error).toMatchObject({ type: 'CloudUnavailable', nonRetryable: false });
  // What failed was asked once more within the try.
  expect(asked).toHaveLength(52);
  isCalm = true;
  const second = await tryToRead(deps, first.told);
  expect(second.error).toBeUndefined();
  expect(asked.slice(52).toSorted()).toEqual([...bad].toSorted());
  const [readings = []] = stored.filter(isReadings) as { system: string; artifact: string }[][];
  expect(readings.map((r) => r.system)).toEqual([...new Set(asked)].toSorted());
  // Each is told with its own snapshot.
  expect(readings.map((r) => (stored[Number(r.artifact) - 1] as { system: string }).system)).toEqual(readings.map((r) => r.system));
});

test('what an earlier try kept counts only as far as the records hold it, and only for the very same activity', async () => {
  let reads = 0;
  const { deps, stored } = depsWith(
    (_, system) => ([50, 51].includes(++reads) ? Promise.reject(new Error('503')) : Promise.resolve({ system })),
    'retry',
  );
  const { told } = await tryToRead(deps);
  expect(reads).toBe(51);
  const other = { ...(told as object), of: 'another run 1' };
  for (const unusable of [other, 'nothing of ours', undefined]) {
    reads = 100;
    await tryToRead(deps, unusable);
    expect(reads).toBe(150);
  }
  stored.splice(0, 10, ...Array.from({ length: 10 }, () => undefined));
  reads = 100;
  await tryToRead(deps, told);
  expect(reads).toBe(111);
});
