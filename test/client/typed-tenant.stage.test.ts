import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { APPROVER, smallEstate, TENANT } from '../harness/estate.ts';
import { recordsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectNothingChanged, expectRefused, runAtPlan, typedAtTerminal } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const decision = (run: string, hash: string) => [run, '--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];

test('at a terminal an approval asks for the tenant, and one for another tenant, or none, decides nothing', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  const wrong = await typedAtTerminal(stage, '8f2b6c1e-0000-4b7e-9c55-0a1d2e3f4b5c', 'approve', ...decision(run, hash));
  // What is approved stands above the question: take-over rights first, counts, what is held, what cannot be undone.
  expect(wrong.err).toMatch(
    /^Summary of plan .*\n(?:TAKE-OVER RIGHTS that go: \d+\n)?.*CANNOT BE UNDONE: 1\n.*\nType the id of the tenant that this changes: /s,
  );
  expect(wrong.err).toContain(`Summary of plan ${hash}\n`);
  expect(wrong.err).toMatch(/^ {2}by cloud: AWS \d+, Azure 1, .*Portal 1$/m);
  expectRefused({ ...wrong, err: wrong.err.replace(/^.*changes: /s, '') }, 'InvalidValue', 'is of another tenant', 'nothing was decided');
  const silent = await typedAtTerminal(stage, undefined, 'approve', ...decision(run, hash));
  expectRefused({ ...silent, err: silent.err.replace(/^.*changes: /s, '') }, 'Usage', 'the input ended', 'nothing was decided');
  const view = await stage.view(run);
  expect(view.gate).toMatchObject({ gate: 'plan' });
  expect((await recordsOf(stage, view.run)).filter((r) => r.type === 'decision' || r.type === 'refusal')).toEqual([]);
  await expectNothingChanged(stage);
});

test('for the tenant of the run it approves; a rejection asks nothing', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  expect(await typedAtTerminal(stage, TENANT.toUpperCase(), 'approve', ...decision(run, hash))).toMatchObject({
    code: 0,
    out: 'Gate plan, opening 1: approved.\n',
  });
  await clearRun(stage);
  const next = await runAtPlan(stage, smallEstate());
  const rejected = await typedAtTerminal(stage, 'nothing', 'reject', ...decision(next.run, next.hash));
  expect(rejected).toMatchObject({ code: 0, err: '' });
});
