import { expect, test } from 'vitest';
import { throttledIn } from '../../scripts/chaos/throttled.ts';

const count = (key: string, allowed: number, refused: number, late = { allowed: 0, refused: 0 }) => ({
  quota: 'arm-delete',
  key,
  burst: 200,
  perSecond: 10,
  allowed,
  refused,
  late,
});

test('the floor is the time that the calls of the largest key take beyond its bucket, and a run is compared with it', () => {
  const told = throttledIn([count('a', 700, 0), count('b', 1_200, 10, { allowed: 995, refused: 5 })], 110, 20);
  expect(told).toMatchObject({ floorSeconds: 100, floorKey: 'arm-delete b', overFloor: 1.1, overFloorOrCalm: 1.1 });
  expect([told.allowed, told.refused, told.refusedShareLate]).toEqual([1_900, 10, 0.005]);
});

test('where no quota is used up the calm run is the measure', () => {
  expect(throttledIn([count('a', 50, 0)], 60, 50)).toMatchObject({ floorSeconds: 0, overFloorOrCalm: 1.2, refusedShareLate: 0 });
});
