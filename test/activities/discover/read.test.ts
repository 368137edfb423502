import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { readBatch } from '../../../activities/discover/read.ts';
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
function depsWith(read: () => Promise<unknown>): { deps: Deps; stored: unknown[] } {
  const stored: unknown[] = [];
  const artifacts = {
    get: () => Promise.resolve(manifest),
    put: (_: string, value: unknown) => Promise.resolve(String(stored.push(value))),
  };
  const aws = { connect: () => Promise.resolve({}), read, classify: () => ({ kind: 'blocked', code: 'NotFound', message: '' }) };
  return { deps: { artifacts, clouds: { aws } } as unknown as Deps, stored };
}

const secondBatch = { run: 'r', manifest: 'm', index: 1 };
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
