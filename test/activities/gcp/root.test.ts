import { expect, test } from 'vitest';
import { classifyGcp } from '../../../activities/gcp/wire/classify.ts';
import { rootOfGcp } from '../../../activities/gcp/walk.ts';
import { defaultManifest } from '../planned.ts';

const manifest = { ...defaultManifest(), gcp: { folders: 'all', projects: 'all' } as const };
const seeing = (...numbers: string[]) => ({ searchOrganizations: () => Promise.resolve(numbers) });

test('all without a root hangs from the one organisation the worker can see', async () => {
  expect((await rootOfGcp(seeing('1'), { manifest })).gcp).toEqual({ organization: '1', folders: 'all', projects: 'all' });
  expect((await rootOfGcp(seeing(), { manifest })).gcp).toEqual(manifest.gcp);
});

test('several organisations are told by number, and none is chosen', async () => {
  const error: unknown = await rootOfGcp(seeing('1', '2'), { manifest }).catch((e: unknown) => e);
  expect(classifyGcp(error)).toMatchObject({
    kind: 'blocked',
    code: 'SeveralOrganizations',
    message: expect.stringContaining('1, 2') as unknown,
  });
});
