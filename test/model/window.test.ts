import { expect, test } from 'vitest';
import { isOpen, isZone, nextOpening, type ChangeWindow } from '../../model/window.ts';

const night: ChangeWindow = { days: ['fri', 'sat'], from: '22:00', to: '04:00', zone: 'Europe/Berlin' };
const noon: ChangeWindow = { days: ['wed'], from: '12:00', to: '13:00', zone: 'UTC' };

test.each([
  // 2026-11-20 is a Friday; Berlin is an hour ahead of UTC then.
  ['before it opens', '2026-11-20T20:59:00Z', false],
  ['as it opens', '2026-11-20T21:00:00Z', true],
  ['after midnight of the next day', '2026-11-21T02:59:00Z', true],
  ['as it closes', '2026-11-21T03:00:00Z', false],
  ['on the morning after the last day', '2026-11-22T02:00:00Z', true],
  ['on the evening of a day it is not for', '2026-11-22T22:00:00Z', false],
])('a window over midnight: %s', (_when, at, open) => {
  expect(isOpen([night], new Date(at))).toBe(open);
});

test('local time counts, summer time included', () => {
  // 2026-07-03 is a Friday; Berlin is two hours ahead.
  expect(isOpen([night], new Date('2026-07-03T20:00:00Z'))).toBe(true);
  expect(isOpen([night], new Date('2026-07-03T19:59:00Z'))).toBe(false);
});

test('without windows it is always open; with several one is enough', () => {
  expect(isOpen([], new Date(0))).toBe(true);
  expect(isOpen([night, noon], new Date('2026-11-25T12:30:00Z'))).toBe(true);
});

test('the next opening is told to the minute', () => {
  expect(nextOpening([night, noon], new Date('2026-11-23T10:00:30Z'))?.toISOString()).toBe('2026-11-25T12:00:00.000Z');
  const inside = new Date('2026-11-25T12:30:15Z');
  expect(nextOpening([noon], inside)).toEqual(inside);
});

test('a zone is an IANA name', () => {
  expect([isZone('Europe/Berlin'), isZone('UTC'), isZone('Mars/Olympus')]).toEqual([true, true, false]);
});
