import { expect, test } from 'vitest';
import { retryAfterOf } from '../../activities/answer.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

test.each([
  ['7', 7000],
  ['0', 0],
  ['1.5', 1500],
  ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %s asks to wait %s ms', (value, ms) => {
  expect(retryAfterOf(value, NOW)).toBe(ms);
});
