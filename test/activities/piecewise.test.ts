import { expect, test } from 'vitest';
import { piecewise } from '../../activities/piecewise.ts';
import { planHash, planHashPieces, planPieces, buildPlan } from '../../model/plan.ts';
import { finding, planInput } from '../model/findings.ts';

const input = planInput(
  Array.from({ length: 3_000 }, (_, i) =>
    finding(`role-${i}`, { system: `aws:${100_000_000_000 + i}`, snapshot: { text: 'x'.repeat(3_000) } }),
  ),
  { maxItems: 10_000 },
);

test('a large plan is made and hashed as a small one is, and what waits meanwhile is done', async () => {
  let beats = 0;
  const timer = setInterval(() => beats++, 10);
  const plan = await piecewise(planPieces(input));
  const whilePlanned = beats;
  const hash = await piecewise(planHashPieces(plan));
  clearInterval(timer);
  expect(plan).toEqual(buildPlan(input));
  expect(hash).toBe(planHash(plan));
  expect(whilePlanned).toBeGreaterThan(1);
});

test('what fails within is thrown', async () => {
  await expect(piecewise(planPieces({ ...input, maxItems: 1 }))).rejects.toMatchObject({ code: 'InvalidValue' });
});
