import { expect, test } from 'vitest';
import { breathe, piecewise } from '../../activities/piecewise.ts';
import { planHash, planHashPieces, planPieces, buildPlan } from '../../model/plan.ts';
import { finding, planInput } from '../model/findings.ts';

const input = planInput(
  Array.from({ length: 300 }, (_, i) =>
    finding(`role-${i}`, { system: `aws:${100_000_000_000 + i}`, snapshot: { text: 'x'.repeat(3_000) } }),
  ),
  { maxItems: 10_000 },
);

test('a plan that is made and hashed in pieces is the same', async () => {
  const plan = await piecewise(planPieces(input));
  expect(plan).toEqual(buildPlan(input));
  expect(await piecewise(planHashPieces(plan))).toBe(planHash(plan));
});

test('between the pieces of what takes long what waits is done', async () => {
  let beats = 0;
  const timer = setInterval(() => beats++, 1);
  function* long() {
    for (let i = 0; i < 20; i++) {
      spin(20);
      yield;
    }
    return beats;
  }
  expect(await piecewise(long())).toBeGreaterThan(2);
  clearInterval(timer);
});

function spin(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

test('what fails within is thrown', async () => {
  await expect(piecewise(planPieces({ ...input, maxItems: 1 }))).rejects.toMatchObject({ code: 'InvalidValue' });
});

test('work in many places that awaits only what is there already lets what waits be done, too', async () => {
  let beats = 0;
  const timer = setInterval(() => beats++, 10);
  const until = performance.now() + 10_000;
  const work = async () => {
    while (beats < 3 && performance.now() < until) await breathe();
  };
  await Promise.all(Array.from({ length: 50 }, work));
  clearInterval(timer);
  expect(beats).toBe(3);
});

test('of many who went on at once only a few go on before what waits is done', async () => {
  let beats = 0;
  const timer = setInterval(() => beats++, 1);
  spin(60);
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      await breathe();
      spin(20);
    }),
  );
  clearInterval(timer);
  expect(beats).toBeGreaterThan(3);
});
