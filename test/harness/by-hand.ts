import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { ApplyInput, ApplyResult } from '../../activities/apply/engine.ts';
import { removeItems } from '../../activities/apply/operations/remove.ts';
import { loadKeys } from '../../security/keys.ts';
import { buildBundle } from '../../worker/bundle/build.ts';
import { createWorker } from '../../worker/worker.ts';
import type { callByHand } from '../workflows/fixtures/by-hand.ts';
import type { Stage } from './stage.ts';
import { suite } from './suite.ts';

const WORKFLOWS = fileURLToPath(new URL('../workflows/fixtures/by-hand.ts', import.meta.url));

/**
 * Has the removing code do what somebody asks of it who has got past the check of whose run it is: what it answers, or the failure it ends with. `aheadMs`: how far
 * Temporal's clock is ahead of this machine's.
 */
export async function removePastTheEdge(stage: Stage, input: ApplyInput, aheadMs = 0): Promise<ApplyResult | ApplicationFailure> {
  const remove = (given: ApplyInput) => removeItems(stage.deps, given);
  try {
    const info = { currentAttemptScheduledTimestampMs: Date.now() + aheadMs };
    return await new MockActivityEnvironment(info, { client: stage.session.client }).run<[ApplyInput], ApplyResult, typeof remove>(
      remove,
      input,
    );
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
}

/** Starts activities as somebody would who goes round the offboarding: from a workflow of his own, with the real activities, and the keys. */
export class ByHand {
  readonly #stage: Stage;
  readonly #taskQueue = `by-hand-${randomUUID()}`;
  #stop: (() => Promise<void>) | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async open(): Promise<void> {
    const code = await buildBundle(WORKFLOWS);
    const settings = { address: suite('temporalAddress'), namespace: 'default', options: {} };
    const ring = loadKeys(this.#stage.home.keys, this.#stage.env);
    const { worker, connection } = await createWorker(settings, this.#taskQueue, ring, this.#stage.deps, { code });
    const done = worker.run();
    this.#stop = async () => {
      worker.shutdown();
      await done;
      await connection.close();
    };
  }

  async close(): Promise<void> {
    await this.#stop?.();
  }

  /** What an activity answers, or the failure it ends with. `{own}` in texts of the input stands for the name of the calling workflow's run. */
  async call(activity: string, input: unknown, workflowId = `by-hand-${randomUUID()}`): Promise<unknown> {
    try {
      return await this.#stage.session.client.workflow.execute<typeof callByHand>('callByHand', {
        taskQueue: this.#taskQueue,
        workflowId,
        args: [activity, input],
      });
    } catch (error) {
      const cause = error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure ? error.cause.cause : undefined;
      if (cause instanceof ApplicationFailure) return cause;
      throw error;
    }
  }
}
