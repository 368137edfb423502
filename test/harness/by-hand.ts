import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { ApplyInput, ApplyResult } from '../../activities/apply/engine.ts';
import { loadKeys } from '../../security/keys.ts';
import { buildBundle } from '../../worker/bundle/build.ts';
import { createWorker } from '../../worker/worker.ts';
import type { removeByHand } from '../workflows/fixtures/by-hand.ts';
import type { Stage } from './stage.ts';
import { suite } from './suite.ts';

const WORKFLOWS = fileURLToPath(new URL('../workflows/fixtures/by-hand.ts', import.meta.url));

/** Starts the removing activity as somebody would who goes round the offboarding: from a workflow of his own, with the real activities. */
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

  /** What the activity answers, or the failure it ends with. */
  async remove(input: ApplyInput): Promise<ApplyResult | ApplicationFailure> {
    try {
      return await this.#stage.session.client.workflow.execute<typeof removeByHand>('removeByHand', {
        taskQueue: this.#taskQueue,
        workflowId: `by-hand-${randomUUID()}`,
        args: [input],
      });
    } catch (error) {
      const cause = error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure ? error.cause.cause : undefined;
      if (cause instanceof ApplicationFailure) return cause;
      throw error;
    }
  }
}
