import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { Mutex } from 'async-mutex';
import type { MakePlanResult } from '../activities/plan/make-plan.ts';
import type { Reopened } from '../activities/records/reopen.ts';
import type { StartRunResult } from '../activities/start/offboarding.ts';
import type { Batch } from '../model/batch.ts';
import type { GateOutcome } from '../model/gate.ts';
import { samePerson } from '../model/identity/person.ts';
import type { Stage } from '../model/messages/status.ts';
import type { MaybeOurs } from '../model/maybe-ours.ts';
import type { Gate, Phase } from '../model/names.ts';
import { OTP_EXHAUSTED, waitsForOthers, type Outcome } from '../model/outcome.ts';
import { runName } from '../model/run-name.ts';
import { mayBeWaived } from '../model/sign-in.ts';
import { collectorWaiting, itemsWaiting, workerWaiting } from '../model/waiting.ts';
import type { Asking, CollectorWaiting, Waiting } from '../model/waiting.ts';
import { awaitedMost } from '../model/waiting-words.ts';
import { removeItems } from './activities.ts';
import { BetweenItems } from './between-items.ts';
import { describe } from './details.ts';
import { onRecordsTrouble, onStopped } from './records.ts';
import { onRefusedMessage } from './refused-messages.ts';
import { allUnresolved, type OffboardingInput, type RunState } from './run-state.ts';
import { awaitingAttribute, phaseAttribute, tenantAttribute } from './search-attributes.ts';
import { knowIdentity } from './untold.ts';
import { viewOf } from './view.ts';
import { WaitingList } from './waiting-list.ts';

/** How a step of the guide ended: `amend` makes a new plan of what is left; the others end the run safely. */
export type StepOutcome = 'done' | 'amend' | 'rejected' | 'expired' | 'unattended' | 'lifted';

/** One run: what is known of it, what it waits for, and how messages and steps change both. */
export class Run implements RunState {
  readonly input: OffboardingInput;
  readonly workflowId: string;
  readonly id: string;
  stage: Stage = 'preconditions';
  started: StartRunResult | undefined;
  plan: MakePlanResult | undefined;
  readonly openings: Record<Gate, number> = { plan: 0, wave: 0, collectors: 0, restore: 0 };
  readonly outcomes = new Map<string, Outcome & { phase: Phase }>();
  readonly waived = new Set<string>();
  readonly waits = new WaitingList();
  gateOutcome: GateOutcome | undefined;
  /** What approvers asked for and no step has taken up yet. */
  readonly asked = { retry: new Set<string>(), amend: false };
  /** Who wants the whole quarantine lifted, and the run ended. */
  liftedBy: string | undefined;
  cancelledBy: string | undefined;
  /** It is proved who cancels it, where the worker's policy demands that. */
  cancelProved = false;
  lastRefusal: string | undefined;
  untold: string | undefined;
  refusedUnread = 0;
  maybeOurs: MaybeOurs | undefined;
  /** Addresses of what the verification read. */
  verifiedBy: string[] | undefined;
  first: string[] | undefined;
  status: RunState['status'] = 'running';
  ended: RunState['ended'];
  readonly betweenItems = new BetweenItems();
  /** Decisions are judged one after the other: what the one before decided, the next is no longer about. */
  readonly judging = new Mutex();
  /** By item; one message at a time for each collector: two codes at once would spend its tries. */
  readonly collectorLocks = new Map<string, Mutex>();
  /** The activity that does the work on items: it removes them, or gives them back. */
  readonly activity: typeof removeItems;
  /** When each was open again last, in ISO. */
  readonly #reopened = new Map<string, string>();
  /** Each change of a search attribute is an event in history: only changes are written. */
  #shown = '';

  constructor(input: OffboardingInput, activity: typeof removeItems = removeItems) {
    this.activity = activity;
    const { workflowId, firstExecutionRunId } = workflowInfo();
    this.input = input;
    this.workflowId = workflowId;
    this.id = runName(workflowId, firstExecutionRunId);
    onRecordsTrouble((trouble) => (trouble ? this.waitFor(workerWaiting(trouble, this.asking)) : this.waitNoMore('worker')));
    onStopped(() => void (this.paused || this.pause()));
    onRefusedMessage((last, count) => {
      this.lastRefusal = last;
      this.refusedUnread = count;
      this.show();
    });
    if (input.searchAttributes) upsertSearchAttributes([{ key: tenantAttribute, value: input.manifest.tenant.id }]);
  }

  get paused(): boolean {
    return this.betweenItems.paused;
  }

  get waiting(): Waiting[] {
    return this.waits.members;
  }

  /** What startRun told. Throws when asked before. */
  get terms(): StartRunResult {
    if (!this.started) throw new Error('the run has not been started');
    return this.started;
  }

  get planHash(): string {
    return this.plan?.planHash ?? '';
  }

  /** Who asks when it waits for somebody. */
  get asking(): Asking {
    const approvers = (this.started?.approvers ?? []).filter((a) => !samePerson(a, this.input.startedBy)).join(' or ');
    return { run: this.workflowId, approvers, amendable: this.input.restores === undefined };
  }

  /** What startRun told. */
  begin(terms: StartRunResult): void {
    this.started = terms;
    knowIdentity(terms.identity);
  }

  enter(stage: Stage): void {
    this.stage = stage;
    this.show();
  }

  /** Brings the UI up to date: current details and search attributes. */
  show(): void {
    setCurrentDetails(describe(viewOf(this)));
    if (!this.input.searchAttributes) return;
    const awaiting = awaitedMost(this.waiting);
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
    this.#tellItemsAsTheyAre();
    this.show();
  }

  /**
   * What people said of these counts no longer: they are open again, of whatever phase they are. What was told before is decided about meanwhile, perhaps.
   * Returns whether something of it is new.
   */
  reopen(items: readonly Reopened[]): boolean {
    const untold = items.filter(({ item, at }) => this.#reopened.get(item) !== at);
    for (const { at, ...item } of untold) {
      this.#reopened.set(item.item, at);
      this.waived.delete(item.item);
      this.outcomes.set(item.item, item);
    }
    this.#tellItemsAsTheyAre();
    this.show();
    return untold.length > 0;
  }

  waive(items: string[]): void {
    for (const item of items) this.waived.add(item);
    this.#tellItemsAsTheyAre();
    this.show();
  }

  /** Unresolved items that nobody is at, of all phases: a collector that is tried again is its recipient's, not an approver's. */
  get undecided(): Outcome[] {
    return allUnresolved(this).filter((o) => !this.waits.collector(o.item));
  }

  batches(phase: Phase): Batch[] {
    return this.plan?.batches.filter((b) => b.phase === phase) ?? [];
  }

  /** A new plan begins: what an earlier one left unresolved, or was to be tried again, is tried if the new one holds it. */
  forgetDecisions(): void {
    this.asked.amend = false;
    this.asked.retry.clear();
    for (const { item } of allUnresolved(this)) this.outcomes.delete(item);
  }

  waitFor(member: Waiting): void {
    this.waits.put(member);
    this.show();
  }

  waitNoMore(kind: Waiting['kind'], item?: string): void {
    this.waits.drop(kind, item);
    this.show();
  }

  /** Asks approvers what becomes of unresolved items. What is asked already keeps its time. */
  waitForDecision(): void {
    this.#putItems(this.waits.of('items')[0]?.until ?? this.inMs(this.terms.waits.person));
    this.show();
  }

  /** Changes what is known of a collector; one that is no longer waited for stays so. */
  changeCollector({ item }: CollectorWaiting, change: Partial<Pick<CollectorWaiting, 'stage' | 'challenge' | 'resends'>>): void {
    const known = this.waits.collector(item);
    if (known) this.waitFor(collectorWaiting({ ...known, ...change }, this.asking));
  }

  pause(): void {
    this.betweenItems.pause();
    this.show();
  }

  resume(): void {
    this.betweenItems.resume();
    this.show();
  }

  /** ISO; so many milliseconds from now. */
  inMs(ms: number): string {
    return new Date(Date.now() + ms).toISOString();
  }

  #putItems(until: string): void {
    const open = this.undecided;
    if (open.length === 0) return this.waits.drop('items');
    const locked = open.filter((o) => o.code === OTP_EXHAUSTED).map((o) => ({ item: o.item, why: o.reason }));
    const items = open.map((o) => o.item);
    const waivable = open.some((o) => !waitsForOthers(o) && mayBeWaived(o));
    this.waits.put(itemsWaiting({ items, locked, waivable }, until, this.asking));
  }

  /** For as long as items wait for a decision, they are told as they are now. */
  #tellItemsAsTheyAre(): void {
    const known = this.waits.of('items')[0];
    if (known) this.#putItems(known.until);
  }
}
