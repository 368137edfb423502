import { Readable } from 'node:stream';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect } from 'vitest';
import { main } from '../../client/cli.ts';
import { EXIT_CODES, type ErrorCode } from '../../model/errors.ts';
import { endRecords } from '../harness/abandon.ts';
import { TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, startedRun } from '../harness/people.ts';
import type { CliResult, Stage } from '../harness/stage.ts';

/** Workflow id of the tenant's run. */
export const RUN = `offboarding-${TENANT}`;

/** A refusal as everybody must find it: this exit code, and one sentence on stderr that names the field and the mend. */
export function expectRefused(result: CliResult, code: ErrorCode, ...words: string[]): void {
  expect({ code: result.code, err: result.err }).toEqual({ code: EXIT_CODES[code], err: result.err });
  expect(result.err).toMatch(/^offboard: .+\n$/s);
  for (const word of words) expect(result.err).toContain(word);
}

/** Nothing in any cloud is other than the estate was filled with. */
export async function expectNothingChanged(stage: Stage): Promise<void> {
  const { ours, untouched } = await stage.sandbox.client.report();
  expect(ours.left).toHaveLength(ours.objects);
  expect(ours.objects).toBeGreaterThan(0);
  expect(untouched.changed).toEqual([]);
}

export async function isKnown(stage: Stage, workflowId: string): Promise<boolean> {
  try {
    await stage.session.client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Ends the tenant's run by force, where a test leaves one behind, so that the next may start. */
export async function clearRun(stage: Stage): Promise<void> {
  await stage.session.client.workflow
    .getHandle(RUN)
    .terminate('the test is over')
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  await endRecords(stage, RUN);
}

/** A command typed with more, or other, environment than the stage's. */
export async function typedIn(stage: Stage, env: NodeJS.ProcessEnv, ...args: string[]): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  result.code = await main(args, {
    out: (text) => void (result.out += `${text}\n`),
    err: (text) => void (result.err += text),
    env: { ...stage.env, ...env },
    stdin: process.stdin,
    interactive: false,
    program: 'offboard',
  });
  return result;
}

/** A command typed at a terminal by somebody who answers its question, or ends the input instead. */
export async function typedAtTerminal(stage: Stage, answer: string | undefined, ...args: string[]): Promise<CliResult> {
  const result: CliResult = { code: 0, out: '', err: '' };
  result.code = await main(args, {
    out: (text) => void (result.out += `${text}\n`),
    err: (text) => void (result.err += text),
    env: stage.env,
    stdin: Readable.from(answer === undefined ? [] : [`${answer}\n`]),
    interactive: true,
    program: 'offboard',
  });
  return result;
}

/** A run that waits at its first gate, and the hash of its plan. */
export async function runAtPlan(stage: Stage, estate: TestEstate): Promise<{ run: string; hash: string }> {
  const run = await startedRun(stage, estate);
  const view = await stage.until(run, (v) => v.gate?.gate === 'plan');
  return { run, hash: view.planHash ?? '' };
}

/** A run with both gates approved, that waits for its collectors. */
export async function runAtCollectors(stage: Stage, estate: TestEstate): Promise<string> {
  const run = await startedRun(stage, estate);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  return run;
}
