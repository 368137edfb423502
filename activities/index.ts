import type { Deps } from './deps.ts';
import { asFailure } from './failures.ts';
import { withHeartbeat } from './look/activity.ts';
import type { ApplyInput } from './apply/engine.ts';
import * as collectors from './apply/operations/delete-collector.ts';
import * as decisions from './decide/decide.ts';
import { readBatch, type ReadBatchInput } from './discover/read.ts';
import { startDiscovery, type StartDiscoveryInput } from './start/discovery.ts';
import { endRun, type EndRunInput } from './evidence/end-run.ts';
import { takeInventory, type TakeInventoryInput } from './discover/inventory.ts';
import { makePlan, type MakePlanInput } from './plan/make-plan.ts';
import { liftQuarantine, type LiftInput } from './apply/operations/lift.ts';
import { putInQuarantine } from './apply/operations/quarantine.ts';
import { watchQuarantine, type WatchInput } from './apply/watch.ts';
import { readOwnAccess, type ReadOwnAccessInput } from './evidence/own-access.ts';
import { removeItems } from './apply/operations/remove.ts';
import { makeRestorePlan, type MakeRestorePlanInput } from './plan/restore-plan.ts';
import { startRestore, type StartRestoreInput } from './start/restore.ts';
import { restoreItems } from './apply/operations/restore.ts';
import { startRun, type StartRunInput } from './start/offboarding.ts';
import { walk, type WalkInput } from './discover/walk.ts';
import { confirmGone, verify } from './verify/verify.ts';

/** Every activity of the offboarding, bound to what the worker gave. Workflows see only its type. */
export function createActivities(deps: Deps) {
  return {
    startRun: (input: StartRunInput) => asFailure(() => withHeartbeat(() => startRun(deps, input))),
    walk: (input: WalkInput) => asFailure(() => withHeartbeat(() => walk(deps, input))),
    readBatch: (input: ReadBatchInput) => asFailure(() => readBatch(deps, input)),
    makePlan: (input: MakePlanInput) => asFailure(() => withHeartbeat(() => makePlan(deps, input))),
    openGate: (input: decisions.OpenGateInput) => decisions.openGate(deps, input),
    closeGate: (input: decisions.CloseGateInput) => decisions.closeGate(deps, input),
    remind: (input: decisions.RemindInput) => decisions.remind(deps, input),
    recordDecision: (input: decisions.DecideInput) => asFailure(() => decisions.recordDecision(deps, input)),
    removeItems: (input: ApplyInput) => asFailure(() => withHeartbeat(() => removeItems(deps, input))),
    putInQuarantine: (input: ApplyInput) => asFailure(() => withHeartbeat(() => putInQuarantine(deps, input))),
    watchQuarantine: (input: WatchInput) => asFailure(() => withHeartbeat(() => watchQuarantine(deps, input))),
    liftQuarantine: (input: LiftInput) => asFailure(() => withHeartbeat(() => liftQuarantine(deps, input))),
    confirmGone: (input: ApplyInput) => asFailure(() => withHeartbeat(() => confirmGone(deps, input))),
    requestDeletion: (input: collectors.CollectorInput) => asFailure(() => collectors.requestDeletion(deps, input)),
    resendOtp: (input: Parameters<typeof collectors.resendOtp>[1]) => asFailure(() => collectors.resendOtp(deps, input)),
    enterOtp: (input: Parameters<typeof collectors.enterOtp>[1]) => asFailure(() => collectors.enterOtp(deps, input)),
    confirmCollector: (input: Parameters<typeof collectors.confirmCollector>[1]) =>
      asFailure(() => collectors.confirmCollector(deps, input)),
    verify: (input: MakePlanInput) => asFailure(() => withHeartbeat(() => verify(deps, input))),
    startRestore: (input: StartRestoreInput) => asFailure(() => startRestore(deps, input)),
    makeRestorePlan: (input: MakeRestorePlanInput) => asFailure(() => withHeartbeat(() => makeRestorePlan(deps, input))),
    restoreItems: (input: ApplyInput) => asFailure(() => withHeartbeat(() => restoreItems(deps, input))),
    startDiscovery: (input: StartDiscoveryInput) => asFailure(() => withHeartbeat(() => startDiscovery(deps, input))),
    takeInventory: (input: TakeInventoryInput) => asFailure(() => withHeartbeat(() => takeInventory(deps, input))),
    readOwnAccess: (input: ReadOwnAccessInput) => asFailure(() => withHeartbeat(() => readOwnAccess(deps, input))),
    endRun: (input: EndRunInput) => asFailure(() => endRun(deps, input)),
  };
}

export type Activities = ReturnType<typeof createActivities>;
