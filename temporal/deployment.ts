import type { WorkerOptions } from '@temporalio/worker';
import { OffboardError } from '../model/errors.ts';

/** The build that a worker is of, for Temporal's Worker Versioning. */
export type Deployment = NonNullable<WorkerOptions['workerDeploymentOptions']>;

const NAME = 'OFFBOARD_DEPLOYMENT';
const BUILD = 'OFFBOARD_BUILD_ID';

/**
 * By choice: a run stays with the build that it began with, as long as a worker of that build runs (docs/deploys.md). Undefined where neither variable is set: then any
 * worker takes any run. Throws InvalidValue where only one is.
 */
export function deploymentOf(environment: NodeJS.ProcessEnv): Deployment | undefined {
  const [deploymentName, buildId] = [environment[NAME], environment[BUILD]];
  if (!deploymentName && !buildId) return undefined;
  if (!deploymentName || !buildId) {
    const [given, missing] = deploymentName ? [NAME, BUILD] : [BUILD, NAME];
    throw new OffboardError('InvalidValue', `${given} is set, and ${missing} is not; set both, or neither`);
  }
  // A dot parts the two where Temporal writes them as one.
  if (deploymentName.includes('.'))
    throw new OffboardError('InvalidValue', `${NAME} is ${JSON.stringify(deploymentName)}; write it without a dot`);
  return { version: { deploymentName, buildId }, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}
