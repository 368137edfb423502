import { expect, test } from 'vitest';
import { callsBars, timeBars, type Result } from '../../bench/charts.ts';
import { barsSvg } from '../../bench/svg.ts';

const used = { cpu: 1, peak: 1 };
const result: Result = {
  systems: 2_000,
  pairs: [
    {
      bare: { reading: 10, removing: 10, removed: 1, calls: 8_000, iamCalls: 1, script: { cpu: 1 }, sandbox: used },
      durable: {
        seconds: 100,
        stages: { discover: 40, permissions: 59.5, preconditions: 0.5 },
        calls: 40_000,
        callsByStage: { discover: { iam: { ListRoles: 16_000 }, mail: { 'GET mail': 5 } }, permissions: { iam: { DeleteRole: 24_000 } } },
        iamCalls: 1,
        removed: 1,
        worker: used,
        sandbox: used,
        server: used,
        firstCall: 1,
        statusWaiting: 1,
        status: 1,
        help: 1,
        largestHistory: 1,
        largestPayload: 1,
      },
    },
  ],
};

test('calls are drawn for each system, by stage of the run, beside those of the script; the mailbox is no cloud', () => {
  expect(callsBars([result])).toEqual([
    { label: '2000 systems, the script', parts: [{ name: 'the script', value: 4 }] },
    {
      label: '2000 systems, a whole run',
      parts: [
        { name: 'discover', value: 8 },
        { name: 'permissions', value: 12 },
      ],
    },
  ]);
});

test('time is drawn for a thousand systems; what takes less than a hundredth stands together', () => {
  expect(timeBars([result])[1]?.parts).toEqual([
    { name: 'discover', value: 20 },
    { name: 'permissions', value: 29.75 },
    { name: 'the rest', value: 0.25 },
  ]);
});

test('a bar is as long as its sum, which stands at its end; what is written there is text', () => {
  const svg = barsSvg('a < b', 's', [
    { label: 'half', parts: [{ name: 'x', value: 50 }] },
    {
      label: 'whole',
      parts: [
        { name: 'x', value: 40 },
        { name: 'y', value: 60 },
      ],
    },
  ]);
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="\d+" width="([\d.]+)" height="20"/g)].map((m) => Number(m[1]));
  expect(widths).toEqual([250, 200, 300]);
  expect(svg).toContain('a &lt; b (s)');
  expect(svg).toMatch(/>100<\/text>/);
});
