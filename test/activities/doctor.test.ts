import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test, vi } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import type { WorkerExam } from '../../model/doctor.ts';
import { FaultsSchema } from '../../sandbox/faults.ts';
import { allClouds } from '../../worker/clouds.ts';
import { loadedEstate } from '../sandbox/loaded-estate.ts';
import { sandboxHere } from '../sandbox/sandbox-here.ts';
import { isGranted } from '../../activities/azure/rights.ts';
import { examine, proxyOf } from '../../activities/doctor/examine.ts';
import { withIncluded } from '../../activities/entra/rights.ts';

const DELETE = 'Microsoft.Authorization/roleAssignments/delete';

test.each([
  ['itself, in whatever case', { actions: [DELETE.toLowerCase()], notActions: [] }, true],
  ['all of a provider', { actions: ['Microsoft.Authorization/*'], notActions: [] }, true],
  ['all reads', { actions: ['*/read'], notActions: [] }, false],
  [
    'all but it, as Contributor has',
    { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'] },
    false,
  ],
  ['a dot that is a letter', { actions: [DELETE.replace('.', 'x')], notActions: [] }, false],
])('an Azure role has an action by its patterns: %s', (_, role, granted) => {
  expect(isGranted(DELETE, [role])).toBe(granted);
});

test('what one assignment leaves out another gives; without any there is nothing', () => {
  const contributor = { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete'] };
  expect(isGranted(DELETE, [contributor, { actions: [DELETE], notActions: [] }])).toBe(true);
  expect(isGranted(DELETE, [])).toBe(false);
});

test('a permission of Graph brings those that it includes, through others too', () => {
  expect(withIncluded(['Directory.ReadWrite.All'])).toContain('RoleEligibilitySchedule.Read.Directory');
  expect(withIncluded(['Application.ReadWrite.All'])).toEqual(new Set(['Application.ReadWrite.All', 'Application.Read.All']));
});

test('the password in a proxy’s address is not told, and what is not set is not there', () => {
  expect(proxyOf({ HTTPS_PROXY: 'http://sam:secret@proxy.example:8080', NO_PROXY: '', PATH: '/bin' })).toEqual({
    HTTPS_PROXY: 'http://…@proxy.example:8080',
  });
});

test('where every cloud takes calls and answers none, the examination ends after about the time of one answer', async () => {
  const sandbox = await sandboxHere();
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', '0.5');
  sandbox.faults.set(FaultsSchema.parse({ rate: 1, kinds: ['stalled'] }));
  const deps = {
    clouds: allClouds(),
    journal: { store: { where: 'nowhere', identity: () => Promise.resolve(), probe: () => Promise.resolve() } },
    policy: { approvers: [] },
  } as unknown as Deps;
  const { manifest } = loadedEstate();
  let exam: WorkerExam | undefined;
  const began = performance.now();
  await new MockActivityEnvironment().run(async () => {
    exam = await examine(deps, { manifest, uses: ['discover'] });
  });
  const took = performance.now() - began;
  vi.unstubAllEnvs();
  await sandbox.stop();
  expect(exam?.clouds.map((c) => [c.cloud, c.troubles.length > 0])).toEqual([
    ['aws', true],
    ['azure', true],
    ['gcp', true],
    ['entra', true],
  ]);
  expect(exam?.portal).toMatchObject({ ok: false });
  // Five times as long, and the pauses between, where each question is asked again.
  expect(took).toBeLessThan(2_500);
});
