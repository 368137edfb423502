import type { ZodType } from 'zod';
import type { Deps } from './deps.ts';
import type { SignInPolicy } from '../model/identity/entra.ts';
import type { Identity } from '../model/identity/how.ts';
import { takesPlain } from '../model/policy.ts';
import type { WorkerExam } from '../model/doctor.ts';
import type { Piece } from '../model/reading.ts';
import type { Carried, Left } from '../model/records-head.ts';
import type { NamedRun } from '../model/run-name.ts';
import { notAllowed } from './allowed.ts';
import { asFailure, notAuthorized, pausing, recordsFailure } from './failures.ts';
import { CARRIED, INPUTS } from './inputs.ts';
import { demandOwnManifest } from './own-manifest.ts';
import { callingWorkflow, demandOwnRun } from './own-run.ts';
import { reopenLapsed } from './records/reopen.ts';
import { recordsHead, troubleOf } from './records/head.ts';
import { awaitRecords } from './start/await-records.ts';
import { withHeartbeat } from './look/activity.ts';
import { confirmCollector } from './apply/operations/delete-collector/confirm.ts';
import { enterOtp, requestDeletion, resendOtp } from './apply/operations/delete-collector/one-time-password.ts';
import { liftQuarantine } from './apply/operations/lift.ts';
import { putInQuarantine } from './apply/operations/quarantine.ts';
import { removeItems } from './apply/operations/remove.ts';
import { restoreItems } from './apply/operations/restore.ts';
import { watchQuarantine } from './apply/watch.ts';
import { recordDecision } from './decide/decision.ts';
import { closeGate, openGate, remind } from './decide/gates.ts';
import { takeInventory } from './discover/inventory.ts';
import { readBatch } from './discover/read.ts';
import { walk } from './discover/walk.ts';
import { adoptRun } from './evidence/adopt.ts';
import { endRun } from './evidence/end-run.ts';
import { readOwnAccess } from './evidence/own-access.ts';
import { checkBreaker, makePlan } from './plan/make-plan.ts';
import { makeRestorePlan } from './plan/restore-plan.ts';
import { examine } from './doctor/examine.ts';
import { readRecords } from './read/read.ts';
import { startDiscovery } from './start/discovery.ts';
import { startRun } from './start/offboarding.ts';
import { startRestore } from './start/restore.ts';
import { confirmGone, verify } from './verify/verify.ts';

type Work<I, R> = (deps: Deps, input: I) => Promise<R>;

/** What every activity is called with: its run. */
interface OfRun {
  run: string;
}

/** Every activity, by the folder that tells its part of the run's story, bound to what the worker gave. Workflows see only its type. */
function activitiesOf(deps: Deps) {
  const activity =
    <I extends OfRun, R>(work: Work<I, R>) =>
    (input: I): Promise<R> =>
      work(deps, input);
  return {
    // start
    startRun: activity(startRun),
    startRestore: activity(startRestore),
    startDiscovery: activity(startDiscovery),
    // discover
    walk: activity(walk),
    readBatch: activity(readBatch),
    takeInventory: activity(takeInventory),
    // plan
    checkBreaker: activity(checkBreaker),
    makePlan: activity(makePlan),
    makeRestorePlan: activity(makeRestorePlan),
    // decide
    openGate: activity(openGate),
    closeGate: activity(closeGate),
    remind: activity(remind),
    recordDecision: activity(recordDecision),
    // apply
    removeItems: activity(removeItems),
    putInQuarantine: activity(putInQuarantine),
    watchQuarantine: activity(watchQuarantine),
    liftQuarantine: activity(liftQuarantine),
    restoreItems: activity(restoreItems),
    reopenLapsed: activity(reopenLapsed),
    requestDeletion: activity(requestDeletion),
    resendOtp: activity(resendOtp),
    enterOtp: activity(enterOtp),
    confirmCollector: activity(confirmCollector),
    // records
    awaitRecords: activity(awaitRecords),
    // verify
    confirmGone: activity(confirmGone),
    verify: activity(verify),
    // evidence
    readOwnAccess: activity(readOwnAccess),
    adoptRun: activity(adoptRun),
    endRun: activity(endRun),
  };
}

/** The activities as they work, without what ties each to the run's records. */
export type Activities = ReturnType<typeof activitiesOf>;

/** The same as the workflow calls them: given the head of the run's records, they answer the one they left. */
export type CarriedActivities = {
  [K in keyof Activities]: (input: Parameters<Activities[K]>[0], carried?: Carried) => Promise<Left<Awaited<ReturnType<Activities[K]>>>>;
};

/** What reads records for clients: no run's own, so it is given no head. */
export interface ReadingActivities {
  readRecords(input: unknown): Promise<Piece>;
}

/** What tells of the worker itself: no run's own either. */
export interface ExaminingActivities {
  examine(input: unknown): Promise<WorkerExam>;
}

/** What a workflow asks before it takes anything in. */
export interface EdgeActivities {
  /** Whether the worker's policy takes messages and starts that nobody encrypted. */
  takesPlain(): Promise<boolean>;
  /** What everybody may know of it who has the payload keys. */
  toldHowToProve(): Promise<HowToProve>;
}

/** How it is known who says something, and where people sign in for it. */
export interface HowToProve {
  identity: Identity;
  entra?: SignInPolicy;
}

/** Each has its shape: one that is forgotten is not compiled. */
const SHAPES: Record<keyof Activities, ZodType> = INPUTS;

/**
 * Every activity, refused before it begins where its input has not its shape, where the run is not that of the workflow that calls or may not have this
 * done now, and where the records here are not those that the run left. Each tells all the while that it lives, and so learns of a request to stop.
 */
export function createActivities(deps: Deps): CarriedActivities & ReadingActivities & ExaminingActivities & EdgeActivities {
  const { journal } = deps;
  const reading: ReadingActivities = {
    readRecords: (input) =>
      asFailure(journal.store.where, () => {
        callingWorkflow();
        return readRecords(deps, input);
      }),
  };
  const examining: ExaminingActivities = {
    examine: (input) =>
      asFailure(journal.store.where, () => {
        callingWorkflow();
        return withHeartbeat(() => examine(deps, input));
      }),
  };
  const edge: EdgeActivities = {
    takesPlain: () => Promise.resolve(takesPlain(deps.policy)),
    toldHowToProve: () => {
      const { identity, entra } = deps.policy;
      return Promise.resolve({ identity, ...(entra ? { entra } : {}) });
    },
  };
  const carried = (name: keyof Activities, work: (input: never) => Promise<unknown>) => {
    // What waits for records waits however they are missing, and cannot read them yet.
    const again = name === 'awaitRecords';
    return (input: OfRun, carry: Carried = {}): Promise<Left<unknown>> =>
      pausing(() =>
        asFailure(
          journal.store.where,
          () =>
            withHeartbeat(async () => {
              const named = await demandOwnRun((input as Partial<OfRun> | undefined)?.run);
              demandShape(SHAPES[name], input);
              demandShape(CARRIED, carry);
              const demandOwn = async () => {
                const trouble = carry.head && (await troubleOf(journal, input.run, carry.head));
                if (trouble) throw recordsFailure(trouble, { again });
              };
              await demandOwn();
              if (!again) await demandRight(deps, name, named, input);
              const result = await work(input as never);
              // They may have been replaced meanwhile: what was left in others is no head of this run.
              await demandOwn();
              // In this order: what is told beside a head stood there, or came later.
              const head = await recordsHead(journal, input.run);
              const { stopped } = await journal.ledger(input.run);
              return { result, head, ...(stopped ? { stopped } : {}) };
            }),
          { again },
        ),
      );
  };
  const ofRuns = Object.fromEntries(
    Object.entries(activitiesOf(deps)).map(([name, work]) => [name, carried(name as keyof Activities, work)]),
  ) as unknown as CarriedActivities;
  return { ...ofRuns, ...reading, ...examining, ...edge };
}

/** What the records say of the run must allow the activity, and its manifest must be the run's. Throws NotAuthorized. */
async function demandRight(deps: Deps, name: keyof Activities, named: NamedRun, input: OfRun & { manifest?: unknown }): Promise<void> {
  const ledger = await deps.journal.ledger(input.run);
  const why = notAllowed(name, named, ledger);
  if (why !== undefined) throw notAuthorized(`${why}; nothing was done`);
  // Whoever starts a run brings it as it was written.
  if (name !== 'startRun' && typeof input.manifest === 'string') await demandOwnManifest(deps, named, ledger, input.manifest);
}

/** Throws NotAuthorized, naming the fields. */
function demandShape(shape: ZodType, value: unknown): void {
  const { error } = shape.safeParse(value);
  if (!error) return;
  const fields = error.issues.slice(0, 3).map((i) => `${i.path.join('.') || 'input'}: ${i.code}`);
  throw notAuthorized(`not an input of this activity (${fields.join('; ')}); nothing was done`);
}
