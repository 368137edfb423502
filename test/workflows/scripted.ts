import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Client, Connection, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll } from 'vitest';
import type { ApplyInput, ApplyResult } from '../../activities/apply/engine.ts';
import { AWS_ORDER } from '../../activities/aws/order.ts';
import { AZURE_ORDER } from '../../activities/azure/order.ts';
import { ENTRA_ORDER } from '../../activities/entra/order.ts';
import type { Activities, CarriedActivities } from '../../activities/index.ts';
import type { RecordsHead } from '../../model/records-head.ts';
import { PORTAL_ORDER } from '../../activities/portal/order.ts';
import { batchesOf, itemsOf } from '../../model/batch.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import type { Decision } from '../../model/messages/index.ts';
import type { RunView } from '../../model/messages/status.ts';
import { PHASES, type Gate, type Phase } from '../../model/names.ts';
import { countPhase, needsPerson, waitsForOthers, type Outcome } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import * as messages from '../../workflows/messages/index.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { FAILURE_CONVERTER_PATH } from '../../temporal/failure-converter-path.ts';
import { suite } from '../harness/suite.ts';
import { finding, planOf } from '../model/findings.ts';

/**
 * The workflows as they are, on the suite's real server, with activities that follow a script instead of asking clouds: a flow takes tens of
 * milliseconds. The script is typed by the real activities, so that one that changes breaks its tests at compile time. What an activity
 * judges is not tried here; that has tests of its own, and each flow has a twin over a whole stack.
 */

export const STARTER = 'sam';
export const APPROVER = 'riley';
export const MAILBOX = 'dana@contoso.example';

/** Of each phase one thing, in two clouds. */
export const ROLE = 'aws-role:member';
export const ASSIGNMENT = 'azure-role-assignment:reader';
export const APPLICATION = 'entra-oidc-application:app';
export const COLLECTOR = 'data-collector:c1';
export const OTHER_COLLECTOR = 'data-collector:c2';
export const SIGN_IN = 'entra-ciem-sign-in:ciem';

const collector = (id: string) =>
  finding(id, {
    kind: 'data-collector',
    id: `data-collector:${id}`,
    system: 'portal:t',
    phase: 'data-collection',
    stage: 'data-collectors',
  });

export const FINDINGS = [
  finding('member'),
  finding('reader', { kind: 'azure-role-assignment', id: ASSIGNMENT, system: 'azure:s', stage: 'assignments-that-read' }),
  finding('app', {
    kind: 'entra-oidc-application',
    id: APPLICATION,
    system: 'entra:t',
    phase: 'oidc-applications',
    stage: 'oidc-applications',
  }),
  collector('c1'),
  collector('c2'),
  finding('ciem', { kind: 'entra-ciem-sign-in', id: SIGN_IN, system: 'entra:t', phase: 'sign-in', stage: 'sign-in' }),
];

const ORDERS = { aws: AWS_ORDER, azure: AZURE_ORDER, entra: ENTRA_ORDER, portal: PORTAL_ORDER };

/** A plan of these, in each cloud's order. */
export function planned(findings = FINDINGS, more: Parameters<typeof planOf>[1] = {}): Plan & { hash: string } {
  return planOf(findings, { orders: ORDERS, ...more });
}

export interface Script {
  plan?: Plan & { hash: string };
  waits?: Partial<Waits>;
  soak?: number;
  mode?: 'quarantine';
  failures?: string[];
  /** How collectors are deleted; by their code unless told otherwise. */
  drivers?: Record<string, 'http' | 'operator' | 'retired'>;
  /** Instead of what the activities do by default. */
  activities?: Partial<Activities>;
}

type Waits = Awaited<ReturnType<Activities['startRun']>>['waits'];

/** An outcome that waits for an approver. */
export const denied = (item: string, code = 'AccessDenied'): Outcome => ({ item, outcome: 'blocked', code, reason: 'the worker may not' });

/** One run, and what its activities were asked for. */
export class ScriptedRun {
  /** The plan in force; an amended one takes its place. */
  plan: Plan & { hash: string };
  /** Items that cannot be removed, and why. */
  readonly held = new Map<string, Outcome>();
  /** In the order of their beginning. */
  readonly calls: { [K in keyof Activities]: { name: K; input: Parameters<Activities[K]>[0] } }[keyof Activities][] = [];
  readonly outcomes = new Map<string, Outcome>();
  readonly waived = new Set<string>();
  readonly script: Script;
  handle!: WorkflowHandle;
  #busy = 0;
  #changedAt = 0;

  constructor(script: Script) {
    this.script = script;
    this.plan = script.plan ?? planned();
  }

  get decisions(): Decision[] {
    return this.inputsOf('recordDecision').map(({ decision }) => decision);
  }

  inputsOf<K extends keyof Activities>(name: K): Parameters<Activities[K]>[0][] {
    return this.calls.flatMap((c) => (c.name === name ? [c.input as Parameters<Activities[K]>[0]] : []));
  }

  /** Ids that the activity was given, call by call. */
  given(name: 'removeItems' | 'restoreItems' | 'putInQuarantine' | 'confirmGone'): string[][] {
    return this.inputsOf(name).map(({ work }) => this.idsOf(work));
  }

  idsOf(work: ApplyInput['work']): string[] {
    return 'items' in work ? work.items : itemsOf(this.plan, work).map((i) => i.id);
  }

  /** Does one of its activities: what the script says, or what is done by default. */
  async play(name: keyof Activities, input: never): Promise<unknown> {
    this.calls.push({ name, input } as (typeof this.calls)[number]);
    this.#busy++;
    this.#changedAt = Date.now();
    try {
      const work = (this.script.activities?.[name] ?? byDefault(this)[name]) as (i: never) => Promise<unknown>;
      const result = await work(input);
      note(this, result);
      return result;
    } finally {
      this.#busy--;
      this.#changedAt = Date.now();
    }
  }

  view(): Promise<RunView> {
    return this.handle.query(messages.status);
  }

  /** Waits until the run looks as wanted; fails with what it looked like last. */
  async until(wanted: (view: RunView) => boolean): Promise<RunView> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      await this.#calm();
      const view = await this.view();
      if (wanted(view)) return view;
      if (Date.now() > deadline) throw new Error(`the run did not get there: ${JSON.stringify(view, undefined, 1)}`);
    }
  }

  /** A look costs as much as an activity: it is taken once none is under way, or a while later. */
  async #calm(): Promise<void> {
    const latest = Date.now() + 100;
    do await sleep(4);
    while (Date.now() < latest && (this.#busy > 0 || Date.now() - this.#changedAt < 15));
  }

  /** Names of the activities that the run has begun and that have not ended. */
  async underWay(): Promise<string[]> {
    const { raw } = await this.handle.describe();
    return (raw.pendingActivities ?? []).map((a) => a.activityType?.name ?? '');
  }

  /** Its timers, in the order they were set. One that has fired runs on until the run has heard of it. */
  async timers(): Promise<{ ms: number; state: 'running' | 'fired' | 'cancelled' }[]> {
    const { events } = await this.handle.fetchHistory();
    const all = events ?? [];
    const heard = all.slice(
      0,
      all.findLastIndex((e) => e.workflowTaskCompletedEventAttributes),
    );
    const fired = new Set(heard.map((e) => e.timerFiredEventAttributes?.timerId));
    const cancelled = new Set(all.map((e) => e.timerCanceledEventAttributes?.timerId));
    return all.flatMap(({ timerStartedEventAttributes: timer }) => {
      if (!timer) return [];
      const state = fired.has(timer.timerId) ? 'fired' : cancelled.has(timer.timerId) ? 'cancelled' : 'running';
      return [{ ms: optionalTsToMs(timer.startToFireTimeout) ?? 0, state }];
    });
  }

  /** No look is taken before the gate is being opened: the server may keep a query of a run that moves for ten seconds. */
  async untilGate(gate: Gate, opening = 1): Promise<RunView> {
    const asked = () => this.inputsOf('openGate').some((g) => g.gate === gate && g.opening === opening);
    for (const deadline = Date.now() + 10_000; !asked() && Date.now() < deadline;) await sleep(4);
    return await this.until((v) => v.gate?.gate === gate && v.gate.opening === opening);
  }

  untilWaiting(kind: RunView['awaiting'][number]['kind']): Promise<RunView> {
    return this.until((v) => v.awaiting.some((w) => w.kind === kind));
  }

  async decide(verb: 'approve' | 'reject', gate: Gate, opening = 1, more: object = {}): Promise<void> {
    await this.untilGate(gate, opening);
    await this.say(messages[verb], { gate, opening, planHash: this.plan.hash, by: APPROVER, reason: 'read it', ...more });
  }

  approve(gate: Gate, opening = 1): Promise<void> {
    return this.decide('approve', gate, opening);
  }

  waive(...only: string[]): Promise<string[]> {
    return this.say(messages.waive, { items: { count: only.length, hash: '', only }, by: APPROVER, reason: 'leave it' });
  }

  retry(...only: string[]): Promise<string[]> {
    return this.say(messages.retry, { items: { count: only.length, hash: '', only }, by: APPROVER, reason: 'mended' });
  }

  say<R, A extends [unknown]>(update: UpdateDefinition<R, A>, message: A[0]): Promise<R> {
    return this.handle.executeUpdate(update, { args: [message] as unknown as A });
  }

  /** The refusal of an update: its code, its words, and the commands it names. */
  async refused(update: Promise<unknown>): Promise<{ code: unknown; message: string; next: string[] }> {
    const error: unknown = await update.then(
      () => undefined,
      (e: unknown) => e,
    );
    if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure))
      throw new Error(`was not refused: ${String(error)}`);
    const [code, next] = error.cause.details ?? [];
    return { code, message: error.cause.message, next: ((next ?? []) as { command: string }[]).map((n) => n.command) };
  }

  /** Has both collectors deleted with their codes. */
  async deleteCollectors(...ids: string[]): Promise<void> {
    await this.untilWaiting('collector');
    for (const id of ids.length > 0 ? ids : ['c1', 'c2']) {
      await this.say(messages.collectorReady, { collector: id, by: MAILBOX });
      await this.say(messages.submitOtp, { collector: id, by: MAILBOX, sealedOtp: SEALED });
    }
  }

  result(): Promise<OffboardingResult> {
    return this.handle.result() as Promise<OffboardingResult>;
  }
}

/** Has the shape of a sealed code; nobody opens it here. */
export const SEALED = 'a.b.c.d.e';

/** The worker of all files of this process: it takes as long to start as a flow, and ends with the process. */
const WORKER = Symbol.for('offboard.test.scripted');
interface SharedWorker {
  client: Client;
  taskQueue: string;
  runs: Map<string, Pick<ScriptedRun, 'play'>>;
}
const globals = globalThis as { [WORKER]?: Promise<SharedWorker> };

async function openWorker(): Promise<SharedWorker> {
  const address = suite('temporalAddress');
  const taskQueue = `scripted-${randomUUID()}`;
  const runs: SharedWorker['runs'] = new Map();
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowBundle: { codePath: suite('workflowBundle') },
    activities: playing(runs),
    dataConverter: { failureConverterPath: FAILURE_CONVERTER_PATH },
    // A request to stop is heard with the next heartbeat: at once.
    maxHeartbeatThrottleInterval: '20ms',
    defaultHeartbeatThrottleInterval: '20ms',
  });
  void worker.run();
  return { client: new Client({ connection: await Connection.connect({ address }) }), taskQueue, runs };
}

/** Runs of one file. */
export function scriptedWorker() {
  const mine: ScriptedRun[] = [];
  let worker: SharedWorker;

  beforeAll(async () => {
    worker = await (globals[WORKER] ??= openWorker());
  });
  afterAll(async () => {
    await Promise.all(mine.map(({ handle }) => handle.terminate('the test is over').catch(() => undefined)));
  });

  const begin = async (type: 'offboarding' | 'restore', script: Script, input: object): Promise<ScriptedRun> => {
    const { client, taskQueue, runs } = worker;
    const run = new ScriptedRun(script);
    const workflowId = `${type}-${randomUUID()}`;
    mine.push(run);
    runs.set(workflowId, run);
    run.handle = client.workflow.getHandle(workflowId);
    await client.workflow.start(type, {
      taskQueue,
      workflowId,
      args: [{ startedBy: STARTER, searchAttributes: true, dryRun: false, ...input }],
    });
    return run;
  };
  return {
    start: (script: Script = {}, input: object = {}) => begin('offboarding', script, { manifest: { tenant: { id: 't' } }, ...input }),
    startRestore: (script: Script = {}, input: object = {}) =>
      begin('restore', script, { tenantId: 't', restores: 'offboarding-t_1', ...input }),
  };
}

const NO_RECORDS: RecordsHead = { store: '', seq: 0, hash: '' };

/** Each activity is done by the run that asks for it; the records that it leaves are nobody's. */
function playing(runs: SharedWorker['runs']): CarriedActivities {
  const names = Object.keys(byDefault(new ScriptedRun({}))) as (keyof Activities)[];
  const entries = names.map((name) => [
    name,
    async (input: never) => {
      const { workflowId = '' } = Context.current().info.workflowExecution ?? {};
      const run = runs.get(workflowId);
      if (!run) throw new Error(`${workflowId} is no scripted run`);
      return { result: await run.play(name, input), head: NO_RECORDS };
    },
  ]);
  return Object.fromEntries(entries) as CarriedActivities;
}

/** What came of items, for decisions that name what is held. */
function note(run: ScriptedRun, result: unknown): void {
  const told = Array.isArray(result) ? result : ((result as { outcomes?: unknown[]; outcome?: unknown } | undefined)?.outcomes ?? []);
  const one = (result as { outcome?: unknown } | undefined)?.outcome;
  for (const o of [...(told as unknown[]), ...(one !== null && typeof one === 'object' ? [one] : [])]) {
    if (o !== null && typeof o === 'object' && 'item' in o) run.outcomes.set((o as Outcome).item, o as Outcome);
  }
}

const DEFAULT_WAITS = ManifestSchema.shape.waits.parse({});

function byDefault(run: ScriptedRun): Activities {
  const { script } = run;
  const facts = () => ({
    failures: (script.failures ?? []).map((reason) => ({ reason })),
    manifest: 'manifest',
    waits: { ...DEFAULT_WAITS, ...script.waits },
    soak: script.soak ?? 0,
    collectors: run.plan.items
      .filter((i) => i.kind === 'data-collector')
      .map((i) => {
        const id = i.id.slice('data-collector:'.length);
        return { id, type: 'aws' as const, driver: script.drivers?.[id] ?? ('http' as const), recipient: MAILBOX };
      }),
    ...(script.mode ? { mode: script.mode } : {}),
    approvers: [STARTER, APPROVER],
    identity: 'asserted' as const,
    otpPublicKey: {},
  });
  const plan = () => ({
    planHash: run.plan.hash,
    batches: batchesOf(run.plan),
    items: PHASES.map((phase) => ({ phase, count: run.plan.items.filter((i) => i.phase === phase).length })),
    pilot: run.plan.pilot.length > 0,
    unknown: [],
    collectors: run.plan.items.filter((i) => i.phase === 'data-collection').map((i) => i.id),
    again: [],
    gone: [],
  });
  const work = (outcome: 'removed' | 'restored' | 'quarantined') => (input: ApplyInput) =>
    Promise.resolve<ApplyResult>({
      outcomes: run.idsOf(input.work).map((item) => run.held.get(item) ?? { item, outcome, reason: 'so it is' }),
      remaining: [],
    });
  const removed = (item: string): Outcome => ({ item, outcome: 'removed', reason: 'so it is' });
  return {
    startRun: () => Promise.resolve(facts()),
    startRestore: () => Promise.resolve(facts()),
    startDiscovery: () => Promise.resolve({ manifest: 'manifest' }),
    walk: () =>
      Promise.resolve({ manifest: 'manifest', batches: ['entra:t'], looks: [], systems: 1, readings: 'left', described: 'described' }),
    readBatch: ({ index }) => Promise.resolve({ readings: `readings ${index}`, unknown: 0, systems: 1 }),
    takeInventory: () => Promise.resolve({ inventory: 'inventory', systems: 1, unknown: 0, certain: 1, nameOnly: 0 }),
    checkBreaker: () => Promise.resolve(),
    makePlan: () => Promise.resolve(plan()),
    makeRestorePlan: () => Promise.resolve(plan()),
    openGate: ({ gate, opening, planHash, forMs }) => {
      const now = Date.now();
      const [openedAt, expiresAt] = [new Date(now).toISOString(), new Date(now + forMs).toISOString()];
      return Promise.resolve({ gate, opening, planHash, openedAt, expiresAt });
    },
    closeGate: () => Promise.resolve({}),
    remind: () => Promise.resolve({}),
    recordDecision: ({ decision }) => {
      const proved = true;
      if (decision.kind === 'lift') return Promise.resolve({ items: decision.items ?? quarantinedIn(run), proved });
      if (decision.kind !== 'waive' && decision.kind !== 'retry') return Promise.resolve({ items: [], proved });
      return Promise.resolve({ items: decision.items.only ?? heldIn(run), proved });
    },
    removeItems: work('removed'),
    restoreItems: work('restored'),
    putInQuarantine: work('quarantined'),
    watchQuarantine: () => Promise.resolve([]),
    liftQuarantine: ({ items }) =>
      Promise.resolve((items ?? quarantinedIn(run)).map((item) => ({ item, outcome: 'blocked', code: 'Lifted', reason: 'as before' }))),
    reopenLapsed: () => Promise.resolve([]),
    requestDeletion: ({ item }) =>
      Promise.resolve({
        kind: 'challenge',
        challenge: { deletionId: `d-${item}`, sentTo: 'd***', expiresAt: new Date(Date.now() + 600_000).toISOString(), attemptsLeft: 3 },
      }),
    resendOtp: ({ item }) =>
      Promise.resolve({
        deletionId: `d-${item}`,
        sentTo: 'd***',
        expiresAt: new Date(Date.now() + 900_000).toISOString(),
        attemptsLeft: 3,
      }),
    enterOtp: ({ item }) => Promise.resolve({ kind: 'deleted', outcome: removed(item) }),
    confirmCollector: ({ item }) => Promise.resolve(removed(item)),
    confirmGone: () => Promise.resolve([]),
    awaitRecords: () => Promise.resolve(),
    adoptRun: () => Promise.resolve([]),
    verify: () => Promise.resolve({ leftovers: [], unknown: [] }),
    readOwnAccess: () => Promise.resolve(),
    endRun: ({ status, reason }) =>
      Promise.resolve({ evidence: '/evidence', status, reason, phases: countsOf(run), leftovers: [], first: [] }),
  };
}

function countsOf(run: ScriptedRun) {
  const phaseOf = new Map(run.plan.items.map((i) => [i.id, i.phase]));
  const of = (phase: Phase) => [...run.outcomes.values()].filter((o) => phaseOf.get(o.item) === phase);
  return PHASES.map((phase) => countPhase(phase, of(phase), run.waived));
}

function heldIn(run: ScriptedRun): string[] {
  return [...run.outcomes.values()].filter((o) => needsPerson(o.outcome) && !waitsForOthers(o)).map((o) => o.item);
}

function quarantinedIn(run: ScriptedRun): string[] {
  return [...run.outcomes.values()].filter((o) => o.outcome === 'quarantined').map((o) => o.item);
}
