import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities, type CarriedActivities } from '../../activities/index.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import type { Stage } from './stage.ts';

/** Calls an activity in the name of a run's own workflow, as a worker of somebody else's could that got hold of a workflow task of it. */
export async function asRun<K extends keyof CarriedActivities>(
  stage: Stage,
  run: string,
  name: K,
  input: Parameters<CarriedActivities[K]>[0],
): Promise<Awaited<ReturnType<CarriedActivities[K]>> | ApplicationFailure> {
  const workflowId = workflowIdIn(run);
  const workflowExecution = { workflowId, runId: run.slice(workflowId.length + 1) };
  const call = createActivities(stage.deps)[name] as (given: typeof input) => Promise<Awaited<ReturnType<CarriedActivities[K]>>>;
  const environment = new MockActivityEnvironment(
    { workflowExecution },
    { client: stage.session.client, logger: new DefaultLogger('ERROR') },
  );
  try {
    return await environment.run<[typeof input], Awaited<ReturnType<CarriedActivities[K]>>, typeof call>(call, input);
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
}
