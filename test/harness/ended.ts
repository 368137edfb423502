import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import { expect } from 'vitest';
import type { RunSummary } from '../../model/summary.ts';
import { recordsOf } from './removals.ts';
import type { Stage } from './stage.ts';

/** Ended as cancelled, for Temporal as for whoever asks the run. */
export async function expectCancelled(stage: Stage, run: string): Promise<void> {
  const handle = stage.session.client.workflow.getHandle(run);
  const error: unknown = await handle.result().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  expect(await stage.view(run)).toMatchObject({ status: 'cancelled', stage: 'ended', awaiting: [] });
}

/** Ended in the journal and in the evidence, with nothing begun afterwards. */
export async function expectEndedAs(stage: Stage, journal: string, status: RunSummary['status']): Promise<void> {
  const types = (await recordsOf(stage, journal)).map((r) => r.type);
  const end = types.indexOf('run-ended');
  expect(end).toBeGreaterThan(0);
  expect(types.slice(end + 1)).toEqual([]);
  const folder = join(stage.deps.evidenceFolder, journal);
  const { summary } = JSON.parse(readFileSync(join(folder, 'evidence.json'), 'utf8')) as { summary: RunSummary };
  expect(summary.status).toBe(status);
  expect(existsSync(join(folder, 'index.html'))).toBe(true);
  const verified = await stage.offboard('evidence', 'verify', folder);
  expect(verified).toMatchObject({ code: 0 });
}
