import type { Deps } from './deps.ts';
import { asFailure } from './failures.ts';
import { withHeartbeat } from './run/activity-control.ts';
import * as collectors from './run/collectors.ts';
import * as decisions from './run/decide.ts';
import { readBatch, type ReadBatchInput } from './run/discover.ts';
import { startDiscovery, type StartDiscoveryInput } from './run/discovery-start.ts';
import { endRun, type EndRunInput } from './run/evidence.ts';
import { takeInventory, type TakeInventoryInput } from './run/inventory.ts';
import { makePlan, type MakePlanInput } from './run/plan.ts';
import { liftQuarantine, putInQuarantine, type LiftInput } from './run/quarantine.ts';
import { watchQuarantine, type WatchInput } from './run/quarantine-watch.ts';
import { readOwnAccess, type ReadOwnAccessInput } from './run/own-access.ts';
import { removeItems, type RemoveInput } from './run/remove.ts';
import { makeRestorePlan, type MakeRestorePlanInput } from './run/restore-plan.ts';
import { startRestore, type StartRestoreInput } from './run/restore-start.ts';
import { restoreItems } from './run/restore.ts';
import { startRun, type StartRunInput } from './run/start.ts';
import { walk, type WalkInput } from './run/walk.ts';
import { confirmGone, verify } from './run/verify.ts';

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
    removeItems: (input: RemoveInput) => asFailure(() => removeItems(deps, input)),
    putInQuarantine: (input: RemoveInput) => asFailure(() => putInQuarantine(deps, input)),
    watchQuarantine: (input: WatchInput) => asFailure(() => watchQuarantine(deps, input)),
    liftQuarantine: (input: LiftInput) => asFailure(() => liftQuarantine(deps, input)),
    confirmGone: (input: RemoveInput) => asFailure(() => confirmGone(deps, input)),
    requestDeletion: (input: collectors.CollectorInput) => asFailure(() => collectors.requestDeletion(deps, input)),
    resendOtp: (input: Parameters<typeof collectors.resendOtp>[1]) => asFailure(() => collectors.resendOtp(deps, input)),
    enterOtp: (input: Parameters<typeof collectors.enterOtp>[1]) => asFailure(() => collectors.enterOtp(deps, input)),
    confirmCollector: (input: Parameters<typeof collectors.confirmCollector>[1]) =>
      asFailure(() => collectors.confirmCollector(deps, input)),
    verify: (input: MakePlanInput) => asFailure(() => withHeartbeat(() => verify(deps, input))),
    startRestore: (input: StartRestoreInput) => asFailure(() => startRestore(deps, input)),
    makeRestorePlan: (input: MakeRestorePlanInput) => asFailure(() => withHeartbeat(() => makeRestorePlan(deps, input))),
    restoreItems: (input: RemoveInput) => asFailure(() => restoreItems(deps, input)),
    startDiscovery: (input: StartDiscoveryInput) => asFailure(() => withHeartbeat(() => startDiscovery(deps, input))),
    takeInventory: (input: TakeInventoryInput) => asFailure(() => withHeartbeat(() => takeInventory(deps, input))),
    readOwnAccess: (input: ReadOwnAccessInput) => asFailure(() => withHeartbeat(() => readOwnAccess(deps, input))),
    endRun: (input: EndRunInput) => asFailure(() => endRun(deps, input)),
  };
}

export type Activities = ReturnType<typeof createActivities>;
