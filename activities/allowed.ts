import type { Ledger } from '../model/ledger.ts';
import type { NamedRun, RunSort } from '../model/run-name.ts';
import type { ActivityName } from './inputs.ts';

/** For whose runs an activity is, and at which time of them. What else it demands of the records it looks at itself. */
interface Allowed {
  of: readonly RunSort[];
  /** Also before the run's records begin; also after their end. */
  outside?: 'before' | 'always';
}

const REMOVES: readonly RunSort[] = ['offboarding'];
const OFFBOARDING: readonly RunSort[] = ['offboarding', 'offboarding-dry-run'];
const GIVES_BACK: readonly RunSort[] = ['restore'];
const RESTORE: readonly RunSort[] = ['restore', 'restore-dry-run'];
const CHANGES: readonly RunSort[] = ['offboarding', 'restore'];
const RUNS: readonly RunSort[] = [...OFFBOARDING, ...RESTORE];
const DISCOVERY: readonly RunSort[] = ['discovery'];

const ALLOWED: Record<ActivityName, Allowed> = {
  startRun: { of: OFFBOARDING, outside: 'before' },
  startRestore: { of: RESTORE, outside: 'before' },
  startDiscovery: { of: DISCOVERY },
  walk: { of: [...OFFBOARDING, ...DISCOVERY] },
  readBatch: { of: [...OFFBOARDING, ...DISCOVERY] },
  takeInventory: { of: DISCOVERY },
  checkBreaker: { of: OFFBOARDING },
  makePlan: { of: OFFBOARDING },
  makeRestorePlan: { of: RESTORE },
  openGate: { of: CHANGES },
  closeGate: { of: CHANGES },
  remind: { of: CHANGES },
  // A dry run is paused and cancelled, too.
  recordDecision: { of: RUNS },
  removeItems: { of: REMOVES },
  putInQuarantine: { of: REMOVES },
  watchQuarantine: { of: REMOVES },
  // A dry run ends like any other: with a look whether something is left to be lifted.
  liftQuarantine: { of: OFFBOARDING },
  restoreItems: { of: GIVES_BACK },
  reopenLapsed: { of: REMOVES },
  requestDeletion: { of: REMOVES },
  resendOtp: { of: REMOVES },
  enterOtp: { of: REMOVES },
  confirmCollector: { of: REMOVES },
  awaitRecords: { of: [...RUNS, ...DISCOVERY], outside: 'always' },
  confirmGone: { of: REMOVES },
  verify: { of: REMOVES },
  readOwnAccess: { of: RUNS },
  adoptRun: { of: REMOVES },
  // A run that could not begin ends all the same, and writing the evidence is tried again.
  endRun: { of: RUNS, outside: 'always' },
};

/** Pure: why a run may not have this activity done now; undefined where it may. A discovery has no records. */
export function notAllowed(name: ActivityName, { sort }: NamedRun, ledger: Pick<Ledger, 'startedBy' | 'ended'>): string | undefined {
  const { of, outside } = ALLOWED[name];
  if (!of.includes(sort)) return `a run of the sort ${sort} does no ${name}`;
  if (sort === 'discovery' || outside === 'always') return undefined;
  if (ledger.ended !== undefined) return `the run has ended (${ledger.ended})`;
  if (ledger.startedBy === undefined && outside !== 'before') return 'the records of the run have not begun';
  return undefined;
}
