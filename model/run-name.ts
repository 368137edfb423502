/** What a tenant can have one of at a time, by the word that its workflow ids begin with. */
export type RunSort = 'offboarding' | 'offboarding-dry-run' | 'restore' | 'restore-dry-run' | 'discovery';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** The workflow id of a tenant's run: a second one attaches to the first. */
export function workflowIdOf(sort: RunSort, tenantId: string): string {
  return `${sort}-${tenantId.toLowerCase()}`;
}

/**
 * The name of one run: of its journal and its evidence. Workflow ids come again; the id of a workflow's first execution (a UUID) does not, and
 * stays the same through resets.
 */
export function runName(workflowId: string, firstExecutionRunId: string): string {
  return `${workflowId}_${firstExecutionRunId}`;
}

/** What a run may be called, and nothing else: its name is part of paths. */
const RUN_NAME = new RegExp(`^(offboarding|offboarding-dry-run|restore|restore-dry-run|discovery)-(${UUID})_${UUID}$`);

/** What a run's name says of it. `tenantId` is in small letters, as in its workflow id. */
export interface NamedRun {
  sort: RunSort;
  workflowId: string;
  tenantId: string;
}

/** Pure: what a run's name says; undefined for a text that is no run's name. */
export function parseRunName(run: unknown): NamedRun | undefined {
  const parts = typeof run === 'string' ? RUN_NAME.exec(run) : null;
  const [, sort, tenantId] = parts ?? [];
  if (sort === undefined || tenantId === undefined) return undefined;
  return { sort: sort as RunSort, workflowId: workflowIdOf(sort as RunSort, tenantId), tenantId };
}

export function workflowIdIn(run: string): string {
  return run.slice(0, Math.max(0, run.lastIndexOf('_')));
}

/** The id of the first execution of a run's workflow. */
export function firstExecutionIn(run: string): string {
  return run.slice(run.lastIndexOf('_') + 1);
}

/** Whether a person who says `name` may mean this run: by its own name, or by its workflow id. */
export function isCalled(run: string, name: string): boolean {
  return run === name || workflowIdIn(run) === name;
}

/** The workflow id of the run that changes something, of a dry run's or its own. */
export function withoutDryRun(workflowId: string): string {
  return workflowId.replace('-dry-run-', '-');
}

/** Whether a workflow id or a run's name is a discovery's. */
export function isDiscovery(name: string): boolean {
  return name.startsWith('discovery-');
}
