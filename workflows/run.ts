import {
  ActivityFailure,
  CancellationScope,
  condition,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { OpenGate } from '../model/decision.ts';
import { PHASES, type Gate, type Phase } from '../model/names.ts';
import { runName } from '../model/run-name.ts';
import { needsPerson, type Outcome } from '../model/outcome.ts';
import type { Batch } from '../model/batch.ts';
import type { MakePlanResult } from '../activities/plan/make-plan.ts';
import type { StartRunResult } from '../activities/start/offboarding.ts';
import type { ApplyInput } from '../activities/apply/engine.ts';
import { putInQuarantine, removeItems } from './activities.ts';
import { describe } from './details.ts';
import { awaitingAttribute, phaseAttribute, tenantAttribute, type CollectorView, type RunView, type Stage } from './messages.ts';
import { viewOf } from './view.ts';

export interface OffboardingInput {
  /** The manifest as it was written (parsed YAML). */
  manifest: { tenant: { id: string } };
  startedBy: string;
  dryRun: boolean;
  /** Journal of the run that it undoes; absent for an offboarding. */
  restores?: string;
  /** Whether the server knows the search attributes. */
  searchAttributes: boolean;
}

/** How a step of the guide ended: `amend` makes a new plan of what is left; the others end the run safely. */
export type StepOutcome = 'done' | 'amend' | 'rejected' | 'expired' | 'unattended' | 'lifted';

/** The state of one run: what messages change and the steps wait for. */
export class Run {
  readonly input: OffboardingInput;
  readonly id: string;
  stage: Stage = 'preconditions';
  paused = false;
  started: StartRunResult | undefined;
  plan: MakePlanResult | undefined;
  gate: OpenGate | undefined;
  gateOutcome: 'approved' | 'rejected' | 'expired' | undefined;
  readonly openings: Record<Gate, number> = { plan: 0, wave: 0, collectors: 0, restore: 0 };
  readonly outcomes = new Map<string, Outcome & { phase: Phase }>();
  readonly waived = new Set<string>();
  /** Items an approver wants tried again. */
  readonly toRetry = new Set<string>();
  amendRequested = false;
  /** A decision is being judged. */
  deciding = false;
  readonly collectors = new Map<string, CollectorView>();
  /** Waits for a decision about unresolved items. */
  settling = false;
  /** Until when it waits for the person it waits for; ISO. */
  personUntil = '';
  /** A time that it waits for. */
  idling: { what: string; until: string } | undefined;
  /** Things are in quarantine and watched: they can be lifted. */
  watching = false;
  /** Somebody wants all of it lifted, and the run ended. */
  lifted: string | undefined;
  lastRefusal: string | undefined;
  cancelledBy: string | undefined;
  status: RunView['status'] = 'running';
  /** The activity that does the work on items: it removes them, or gives them back. */
  readonly #carryOut: typeof removeItems;
  /** Each change of a search attribute is an event in history: only changes are written. */
  #shown = '';
  readonly #scopes = new Set<CancellationScope>();

  constructor(input: OffboardingInput, carryOut: typeof removeItems = removeItems) {
    this.#carryOut = carryOut;
    const { workflowId, firstExecutionRunId } = workflowInfo();
    this.input = input;
    this.id = runName(workflowId, firstExecutionRunId);
    if (input.searchAttributes) upsertSearchAttributes([{ key: tenantAttribute, value: input.manifest.tenant.id }]);
  }

  /** What startRun told. Throws when asked before. */
  get facts(): StartRunResult {
    if (!this.started) throw new Error('the run has not been started');
    return this.started;
  }

  get planHash(): string {
    return this.plan?.planHash ?? '';
  }

  enter(stage: Stage): void {
    this.stage = stage;
    this.show();
  }

  /** Brings the UI up to date: current details and search attributes. */
  show(): void {
    setCurrentDetails(describe(this.view()));
    if (!this.input.searchAttributes) return;
    // Search attributes are never encrypted: they say what is awaited, not of whom.
    const awaiting =
      this.gate && !this.gateOutcome
        ? `gate ${this.gate.gate}`
        : this.settling
          ? 'items'
          : this.idling
            ? 'time'
            : this.view().awaiting.length > 0
              ? 'collectors'
              : 'nobody';
    const shown = `${this.stage} ${awaiting}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    upsertSearchAttributes([
      { key: phaseAttribute, value: this.stage },
      { key: awaitingAttribute, value: awaiting },
    ]);
  }

  record(phase: Phase, outcomes: Outcome[]): void {
    for (const o of outcomes) this.outcomes.set(o.item, { ...o, phase });
    this.show();
  }

  /** Items of a phase that were tried and are neither resolved nor waived. */
  unresolved(phase: Phase): Outcome[] {
    const open = [...this.outcomes.values()].filter((o) => o.phase === phase && needsPerson(o.outcome) && !this.waived.has(o.item));
    return open.map(({ phase: _, ...outcome }) => outcome);
  }

  /** A new plan begins: what an earlier one left unresolved, or was to be tried again, is tried if the new one holds it. */
  forgetDecisions(): void {
    this.amendRequested = false;
    this.toRetry.clear();
    for (const phase of PHASES) for (const { item } of this.unresolved(phase)) this.outcomes.delete(item);
  }

  batches(phase: Phase): Batch[] {
    return this.plan?.batches.filter((b) => b.phase === phase) ?? [];
  }

  pause(): void {
    this.paused = true;
    for (const scope of this.#scopes) scope.cancel();
    this.show();
  }

  resume(): void {
    this.paused = false;
    this.show();
  }

  /** The end begins: nobody is waited for any more, and every message that still comes is refused. */
  stopWaiting(): void {
    this.gate = undefined;
    this.settling = false;
    for (const { item, stage } of this.collectors.values()) if (stage !== 'settled') this.collectors.delete(item);
  }

  /** Has a share of the work done. */
  async remove(phase: Phase, label: string, work: ApplyInput['work']): Promise<void> {
    await this.#overPauses(this.#carryOut, phase, label, work);
  }

  /** Has a share of the plan put in quarantine, as far as its clouds have such a step. */
  async quarantine(phase: Phase, label: string, work: ApplyInput['work']): Promise<void> {
    await this.#overPauses(putInQuarantine, phase, label, work);
  }

  /** What the activity did not begin is given to it again on resuming, and when the next change window opens. */
  async #overPauses(activity: typeof removeItems, phase: Phase, label: string, work: ApplyInput['work']): Promise<void> {
    let todo = work;
    for (;;) {
      await condition(() => !this.paused);
      const result = await this.#interruptible(() => activity(label, { run: this.id, planHash: this.planHash, work: todo }));
      if (result === 'interrupted') continue;
      this.record(phase, result.outcomes);
      if (result.remaining.length === 0) return;
      todo = { phase, items: result.remaining };
      if (result.opensAt !== undefined) await this.idle('the change window', new Date(result.opensAt).getTime() - Date.now());
    }
  }

  /** Waits for nobody, but for a time to come. */
  async idle(what: string, ms: number): Promise<void> {
    this.idling = { what, until: new Date(Date.now() + ms).toISOString() };
    this.show();
    await sleep(Math.max(ms, 1));
    this.idling = undefined;
    this.show();
  }

  /** Runs an activity that a pause stops between items. The run's own cancellation goes through. */
  async #interruptible<T>(work: () => Promise<T>): Promise<T | 'interrupted'> {
    const scope = new CancellationScope();
    this.#scopes.add(scope);
    try {
      return await scope.run(work);
    } catch (error) {
      // A pause may already be over, and a try that was stopped may have failed of its own: the scope tells who stopped it.
      if (scope.consideredCancelled && error instanceof ActivityFailure && !CancellationScope.current().consideredCancelled)
        return 'interrupted';
      throw error;
    } finally {
      this.#scopes.delete(scope);
    }
  }

  view(): RunView {
    return viewOf(this);
  }
}
