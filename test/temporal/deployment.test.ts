import { expect, test } from 'vitest';
import { deploymentOf } from '../../temporal/deployment.ts';

test('without a deployment any worker takes any run; with one and its build a run stays with the build', () => {
  expect(deploymentOf({})).toBeUndefined();
  expect(deploymentOf({ OFFBOARD_DEPLOYMENT: '', OFFBOARD_BUILD_ID: '' })).toBeUndefined();
  expect(deploymentOf({ OFFBOARD_DEPLOYMENT: 'offboard', OFFBOARD_BUILD_ID: '1.2' })).toEqual({
    version: { deploymentName: 'offboard', buildId: '1.2' },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  });
});

test.each([
  [{ OFFBOARD_DEPLOYMENT: 'offboard' }, 'OFFBOARD_DEPLOYMENT is set, and OFFBOARD_BUILD_ID is not'],
  [{ OFFBOARD_BUILD_ID: '1' }, 'OFFBOARD_BUILD_ID is set, and OFFBOARD_DEPLOYMENT is not'],
  [{ OFFBOARD_DEPLOYMENT: 'a.b', OFFBOARD_BUILD_ID: '1' }, 'write it without a dot'],
])('half of it, or a name that Temporal would split, is refused: %j', (environment, words) => {
  expect(() => deploymentOf(environment)).toThrow(words);
});
