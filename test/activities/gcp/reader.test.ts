import { expect, test } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { readGcp } from '../../../activities/gcp/reader.ts';
import { apiWith } from './fixtures.ts';
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
