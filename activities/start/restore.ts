import type { Manifest } from '../../model/manifest.ts';
import { step, type Reason } from '../../model/next-step.ts';
import { OffboardError } from '../../model/errors.ts';
import { restoreMessage } from '../../model/messages/start.ts';
import { parseRunName } from '../../model/run-name.ts';
import type { Proof } from '../../model/statement/statement.ts';
import type { Deps } from '../deps.ts';
import { removedWithAdopted } from '../records/removed.ts';
import { provedPart, unproved } from './prove.ts';
import { approverFailures, demandTenant, openRun, type StartRunResult } from './offboarding.ts';

export interface StartRestoreInput {
  /** Journal of the restore. */
  run: string;
  workflowId: string;
  /** Journal of the run it undoes. */
  restores: string;
  /** Item ids; all that was removed when absent. */
  only?: string[];
  startedBy: string;
  tenantId: string;
  dryRun: boolean;
  proof?: Proof;
  /** When it began, by the workflow's time, in ISO. */
  arrivedAt: string;
}

/**
 * Opens the journal of a restore and checks what must be true before its plan is made. The manifest, and with it who may approve, is
 * that of the run it undoes. Changes nothing.
 */
export async function startRestore(deps: Deps, input: StartRestoreInput): Promise<StartRunResult> {
  demandReadable(input.run, input.restores);
  const { restores, only, startedBy: by, tenantId, dryRun, proof } = input;
  const { nobody, ...asked } = await unproved(
    deps,
    input.run,
    'restore',
    restoreMessage({ restores, only, by, tenantId, dryRun }, proof),
    input.arrivedAt,
  );
  const source = await removedWithAdopted(deps.journal, deps.artifacts, input.restores);
  const manifestHash = source.ledger.manifest ?? '';
  const last = source.plans.at(-1);
  if (!last || source.ledger.restores !== undefined)
    throw new OffboardError('InvalidValue', `restores: ${input.restores} is not the journal of an offboarding with a plan`);
  const manifest = await deps.artifacts.get<Manifest>(manifestHash);
  const opened = await openRun(deps, { ...provedPart(input, nobody), ...asked }, manifest, manifestHash, input.restores);
  if (nobody.length > 0) {
    await deps.journal.append(input.run, { type: 'preconditions', failures: nobody });
    return { ...opened, approvers: [], failures: nobody, soak: 0, collectors: [] };
  }
  const removed = new Set(source.removed.map((r) => r.item.id));
  const strangers = (input.only ?? []).filter((id) => !removed.has(id));
  const failures: Reason[] = [
    ...approverFailures(deps, manifest, input.startedBy),
    ...strangers.map((id) => ({
      reason: `items: ${id} was not removed by ${input.restores}; its report lists what was`,
      next: [step('report', input.restores)],
    })),
    ...(removed.size === 0 ? [{ reason: `${input.restores} removed nothing; there is nothing to give back` }] : []),
  ];
  await deps.journal.append(input.run, { type: 'preconditions', failures });
  return { ...opened, failures, soak: 0, collectors: [] };
}

/** A restore reads an offboarding of its own tenant. Throws InvalidValue. */
function demandReadable(run: string, restores: string): void {
  const source = parseRunName(restores);
  if (source?.sort !== 'offboarding') throw new OffboardError('InvalidValue', 'restores: is not the journal of an offboarding');
  demandTenant(run, source.tenantId);
}
