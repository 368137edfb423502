import { expect, test } from 'vitest';
import { successorFailures } from '../../activities/start/offboarding.ts';

const NOW = new Date('2026-03-01T11:00:00Z');
const since = (day: string) => successorFailures({ successor: { vendor: 'Delinea', since: day, attestedBy: 'kim' } }, NOW);

test('a successor that is onboarded on a day to come is none yet', () => {
  expect(since('2026-02-28')).toEqual([]);
  expect(since('2026-03-01')).toEqual([]);
  expect(since('2026-03-02')).toEqual([
    expect.stringMatching(/^successor\.since: 2026-03-02 is a day to come, .*; start again then, or mend the date$/),
  ]);
  expect(successorFailures({ successor: { none: 'nobody follows it here', attestedBy: 'kim' } }, NOW)).toEqual([]);
});
