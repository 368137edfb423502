import { expect, test } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { readGcp } from '../../../activities/gcp/reader.ts';
import { apiWith, POOL, pool, PROJECT } from './fixtures.ts';
import { contextOf } from './in-process.ts';

test('an organisation that is not there is no empty one: reading and asking for it are blocked', async () => {
  const system = 'gcp:organizations/900';
  const api = apiWith({ getPolicy: () => Promise.resolve(undefined), ourselves: () => Promise.resolve([]) });
  const cloud = gcpCloud();
  for (const work of [readGcp(api, system, contextOf({ organization: '900', projects: ['contoso-security'] })), cloud.probe(api, system)]) {
    const failure: unknown = await work.then(
      () => 'read',
      (error: unknown) => cloud.classify(error),
    );
    expect(failure).toMatchObject({ kind: 'blocked', code: 'NotFound', message: 'organizations/900 was not found' });
  }
});

test('of a project whose pools are listed each stands as it is, a deleted one with when it is over, and no provider of that is asked for', async () => {
  const build = POOL.replace('mciem-wi-pool', 'build');
  const { providers: _, ...live } = pool([], build, 'Build');
  const api = apiWith({
    ourselves: () => Promise.resolve([]),
    getPolicy: () => Promise.resolve({}),
    listPools: () => Promise.resolve([live, { ...live, name: POOL, state: 'DELETED', until: '2026-12-20T00:00:00Z' }]),
    listProviders: (parent) => (parent === build ? Promise.resolve([]) : Promise.reject(new Error(parent))),
  });
  const read = await readGcp(api, `gcp:projects/${PROJECT}`, contextOf({ projects: [PROJECT] }));
  expect(read.poolStates).toEqual({ [build]: 'live', [POOL]: { until: '2026-12-20T00:00:00Z' } });
  expect(read.oidc).toBeUndefined();
});
