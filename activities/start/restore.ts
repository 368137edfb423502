import type { Manifest } from '../../model/manifest.ts';
import { step, type Reason } from '../../model/next-step.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Ledger } from '../../model/ledger.ts';
import { isStarterOrApprover, saysWhy } from '../../model/messages/judging.ts';
import { liftEndedMessage, restoreMessage } from '../../model/messages/start.ts';
import { effectivePolicy } from '../../model/policy.ts';
import { parseRunName, workflowIdIn } from '../../model/run-name.ts';
import { alsoAdmittedAs, saidBySame, type Admission } from '../../model/statement/proof.ts';
import type { Proof } from '../../model/statement/statement.ts';
import type { Deps } from '../deps.ts';
import { stillInQuarantine } from '../records/in-quarantine.ts';
import { starterOf } from '../records/starter.ts';
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
  /** Gives back only what that left in quarantine, at once; why. */
  lift?: { reason: string };
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
  const { restores, only, startedBy: by, tenantId, dryRun, lift, proof } = input;
  const source = await removedWithAdopted(deps.journal, deps.artifacts, input.restores);
  const manifestHash = source.ledger.manifest ?? '';
  const last = source.plans.at(-1);
  if (!last || source.ledger.restores !== undefined)
    throw new OffboardError('InvalidValue', `restores: ${input.restores} is not the journal of an offboarding with a plan`);
  const manifest = await deps.artifacts.get<Manifest>(manifestHash);
  const { nobody, ...asked } = await unproved(
    deps,
    input.run,
    manifest,
    lift ? 'lift' : 'restore',
    lift
      ? liftEndedMessage({ restores, by, tenantId, reason: lift.reason }, proof)
      : restoreMessage({ restores, only, by, tenantId, dryRun }, proof),
    input.arrivedAt,
  );
  const mayNot = lift && nobody.length === 0 ? await refusalToLift(deps, input, lift, source.ledger, manifest, asked.admission) : [];
  const lifts = lift && mayNot.length + nobody.length === 0 ? { lifts: lift } : {};
  const opened = await openRun(deps, { ...provedPart(input, nobody), ...asked }, manifest, manifestHash, { restores, ...lifts });
  if (nobody.length > 0) {
    await deps.journal.append(input.run, { type: 'preconditions', failures: nobody });
    return { ...opened, approvers: [], failures: nobody, soak: 0, collectors: [] };
  }
  if (lift) {
    await deps.journal.append(input.run, { type: 'preconditions', failures: mayNot });
    return { ...opened, failures: mayNot, soak: 0, collectors: [] };
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

/** Why this person may not lift what that run left, or that there is nothing to lift. As of a run that goes on: its starter may, and each approver. */
async function refusalToLift(
  deps: Deps,
  { restores, startedBy: by, only, dryRun, proof }: StartRestoreInput,
  { reason }: { reason: string },
  ledger: Ledger,
  manifest: Manifest,
  admission: Admission | undefined,
): Promise<Reason[]> {
  if (ledger.ended === undefined)
    return [
      { reason: `${restores} has no end by its records; lift it itself, or restore it`, next: [step('status', workflowIdIn(restores))] },
    ];
  if (only !== undefined || dryRun)
    return [{ reason: 'lift: of a run that has ended everything is lifted, at once; a restore gives back by items' }];
  const policy = effectivePolicy(deps.policy, manifest);
  const said = { by, ...(proof === undefined ? {} : { proof }) };
  const starter = starterOf(ledger);
  const startedBy = saidBySame(said, starter) ? by : starter.by;
  const context = { policy, startedBy, now: new Date(), gate: undefined, admittedAs: alsoAdmittedAs(said, policy, admission) };
  const verdicts = [isStarterOrApprover(by, context), saysWhy(reason)];
  const mayNot = verdicts.flatMap((v) => (v.ok ? [] : [{ reason: v.message }]));
  if (mayNot.length > 0) return mayNot;
  const left = await stillInQuarantine(deps.journal, restores);
  return left.size > 0 ? [] : [{ reason: `${restores} has nothing left in quarantine` }];
}

/** A restore reads an offboarding of its own tenant. Throws InvalidValue. */
function demandReadable(run: string, restores: string): void {
  const source = parseRunName(restores);
  if (source?.sort !== 'offboarding') throw new OffboardError('InvalidValue', 'restores: is not the journal of an offboarding');
  demandTenant(run, source.tenantId);
}
