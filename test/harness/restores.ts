import { isDeepStrictEqual } from 'node:util';
import { WorkflowNotFoundError } from '@temporalio/client';
import { stateIn } from '../../sandbox/state-file.ts';
import type { RestorePlan } from '../../model/restore.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { abandonRun } from './abandon.ts';
import { APPROVER, MEMBER_ROLE_ARN, OIDC_ROLE_ARN, READER_ASSIGNMENT, smallEstate, STARTER, TENANT, type TestEstate } from './estate.ts';
import { finish, startedRun } from './people.ts';
import { intentsOf } from './removals.ts';
import { Stage } from './stage.ts';

/** Items of the small estate. */
export const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
export const MEMBER_ROLE = `aws-role:${MEMBER_ROLE_ARN}`;
export const OIDC_ROLE = `aws-role:${OIDC_ROLE_ARN}`;
export const ASSIGNMENT = `azure-role-assignment:${READER_ASSIGNMENT}`;

/** The stage of a test file: open for its tests, after each of which no run and no restore is left going on. */
export function stageForRestores(): Stage {
  const stage = new Stage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());
  afterEach(async () => {
    await abandonRun(stage);
    await abandonRestore(stage);
  });
  return stage;
}

export interface BegunRestore {
  workflowId: string;
  /** Its journal. */
  run: string;
  hash: string;
  plan: RestorePlan;
}

/** Starts a restore by the CLI and waits until its plan waits for approval. */
export async function begunRestore(stage: Stage, run: string, ...options: string[]): Promise<BegunRestore> {
  const { code, out, err } = await stage.offboard('restore', run, '--by', STARTER, '--json', ...options);
  if (code !== 0) throw new Error(`restore ended with ${code}: ${err}`);
  const { workflowId } = JSON.parse(out) as { workflowId: string };
  const view = await stage.until(workflowId, (v) => v.gate?.gate === 'restore' || v.status !== 'running');
  const shown = await stage.offboard('plan', workflowId, '--json');
  return { workflowId, run: view.run, ...(JSON.parse(shown.out) as { hash: string; plan: RestorePlan }) };
}

/** Approves a restore that waits. */
export async function approveRestore(stage: Stage, workflowId: string): Promise<void> {
  const { gate } = await stage.until(workflowId, (v) => v.gate?.gate === 'restore');
  const hash = gate?.planHash ?? '';
  const decision = ['--gate', 'restore', '--plan-hash', hash, '--by', APPROVER, '--reason', 'it was a mistake'];
  const { code, err } = await stage.offboard('approve', workflowId, ...decision);
  if (code !== 0) throw new Error(`approve ended with ${code}: ${err}`);
}

export async function restoreResult(stage: Stage, workflowId: string): Promise<OffboardingResult> {
  return (await stage.session.client.workflow.getHandle(workflowId).result()) as OffboardingResult;
}

/** Ends the tenant's restore where a test left one going on. */
export async function abandonRestore(stage: Stage): Promise<void> {
  try {
    await stage.session.client.workflow.getHandle(`restore-${TENANT}`).terminate('the test is over');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** A tenant whose offboarding has completed; returns its workflow id. */
export async function offboarded(stage: Stage, estate: TestEstate = smallEstate()): Promise<string> {
  const run = await startedRun(stage, estate);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed' });
  return run;
}

/** The newest journal of a workflow id that holds a removal. */
export async function journalOfFirst(stage: Stage, run: string): Promise<string> {
  const journals = (await stage.deps.journal.runs()).filter((r) => r.startsWith(`${run}_`));
  for (const journal of journals) if ((await intentsOf(stage, journal)).length > 0) return journal;
  return '';
}

/** An object in the sandbox's state. */
export interface Entry {
  object: { [field: string]: unknown };
  initial?: { [field: string]: unknown };
  deletedAt?: string;
}

/** Everything the estate began with that is not now, field by field, as it was; `form`: what of an object is compared. */
export function changedInTheClouds(stage: Stage, form: (object: unknown) => unknown = (object) => object): string[] {
  const { entries = {} } = stateIn(stage.sandbox.folder) ?? {};
  return Object.entries(entries)
    .filter(([, e]) => e.initial && (e.deletedAt !== undefined || !isDeepStrictEqual(form(e.object), form(e.initial))))
    .map(([key]) => key);
}
