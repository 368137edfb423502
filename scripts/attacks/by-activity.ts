import { randomUUID } from 'node:crypto';
import type { ActivityName } from '../../activities/inputs.ts';
import type { Attack } from './by-statement.ts';
import { doneBefore, doneForAnother, sealedFor, type Call } from './foreign.ts';
import { code, type Turn } from './in-turn.ts';
import { SWITCHES, type Mechanism } from './mechanisms.ts';
import { plain, type Got, type Scene } from './scene.ts';

/**
 * Activities that are asked for by a workflow of somebody's own in the same namespace, with the name of the run for theirs: by somebody with the payload keys, who knows all that lies
 * in its history; with copied ciphertexts; and in plain JSON.
 */

/** What whoever has the payload keys knows of a run. */
interface Known {
  run: string;
  planHash: string;
  manifest: string;
  readings: string[];
  described: string;
  batch: object;
  startRun: object;
  readBatch: object;
}

type Told = Partial<Known> & { batches?: Record<string, unknown>[] };

async function knownOf(s: Scene): Promise<Known> {
  const { run, planHash = '' } = await s.view();
  const last = async (activity: string) => (await doneBefore(s, activity)) as { input: Told; result: Told };
  const { input: startRun } = await last('startRun');
  const { input: readBatch } = await last('readBatch');
  const { described = '' } = (await last('walk')).result;
  const { input, result } = await last('makePlan');
  const { manifest = '', readings = [] } = input;
  const [first] = result.batches ?? [];
  const batch = Object.fromEntries(['phase', 'type', 'wave', 'stage', 'index'].map((k) => [k, first?.[k]]));
  return { run, planHash, manifest, readings, described, batch, startRun, readBatch };
}

interface Forged {
  activity: ActivityName;
  name?: string;
  /** Beside `ownRun`. */
  by?: Mechanism[];
  spoils?: true;
  input(known: Known, s: Scene): object;
}

const GATE = { gate: 'plan', opening: 1 } as const;
const nobodys = (s: Scene, sort: string) => `${sort}-${s.stage.manifest.tenant.id.toLowerCase()}_${randomUUID()}`;
const now = () => new Date().toISOString();

/** Of a run that waits for the approval of its plan. */
const AT_THE_GATE: { [K in Exclude<ActivityName, InTurn>]: Omit<Forged, 'activity'> } = {
  startRun: { spoils: true, input: ({ startRun }) => ({ ...startRun, proof: undefined, startedBy: 'mallory' }) },
  startRestore: {
    input: ({ run }, s) => ({
      run: nobodys(s, 'restore'),
      workflowId: 'restore',
      restores: run,
      startedBy: 'mallory',
      tenantId: s.stage.manifest.tenant.id,
      dryRun: false,
      arrivedAt: now(),
    }),
  },
  startDiscovery: { input: (_, s) => ({ run: nobodys(s, 'discovery'), scope: { tenant: { id: s.stage.manifest.tenant.id } } }) },
  walk: { input: ({ manifest }) => ({ manifest }) },
  readBatch: { input: ({ readBatch }) => readBatch },
  takeInventory: {
    input: ({ manifest, readings, described }, s) => ({
      run: nobodys(s, 'discovery'),
      scope: { tenant: { id: s.stage.manifest.tenant.id } },
      manifest,
      readings,
      described,
    }),
  },
  checkBreaker: { input: ({ manifest, readings }) => ({ manifest, readings, read: { systems: 1, of: 1 } }) },
  makePlan: { spoils: true, input: ({ manifest, readings }) => ({ manifest, readings }) },
  openGate: { spoils: true, input: ({ planHash }) => ({ ...GATE, opening: 2, planHash, forMs: 60_000 }) },
  closeGate: { spoils: true, input: () => ({ ...GATE, outcome: 'expired' }) },
  remind: { input: () => ({ ...GATE, stage: 'reminder' }) },
  recordDecision: {
    by: ['proof'],
    spoils: true,
    input: ({ planHash }, s) => ({
      phase: 'permissions',
      decision: { kind: 'approve', ...GATE, planHash, by: s.approver, reason: 'read it' },
      arrivedAt: now(),
    }),
  },
  removeItems: { by: ['approval'], spoils: true, input: ({ planHash, batch }) => ({ planHash, work: batch }) },
  putInQuarantine: { by: ['approval'], spoils: true, input: ({ planHash, batch }) => ({ planHash, work: batch }) },
  watchQuarantine: { spoils: true, input: () => ({ last: true }) },
  liftQuarantine: { input: ({ planHash }) => ({ planHash }) },
  reopenLapsed: { input: ({ planHash }) => ({ planHash }) },
  awaitRecords: { input: () => ({}) },
  confirmGone: { spoils: true, input: ({ planHash, batch }) => ({ planHash, work: batch }) },
  verify: { spoils: true, input: ({ manifest, readings }) => ({ manifest, readings }) },
  readOwnAccess: { spoils: true, input: () => ({}) },
  adoptRun: { input: ({ run }) => ({ adopt: run, by: 'mallory' }) },
  endRun: { spoils: true, input: () => ({ status: 'cancelled', reason: 'by hand' }) },
};

/** These are tried when their time has come. */
type InTurn = 'requestDeletion' | 'resendOtp' | 'enterOtp' | 'confirmCollector' | 'makeRestorePlan' | 'restoreItems';

const FORGED: Forged[] = Object.entries(AT_THE_GATE).map(([activity, f]) => ({ activity: activity as ActivityName, ...f }));

const callOf = ({ activity, input }: Forged, known: Known, s: Scene): Call => ({
  activity,
  input: sealedFor(s, { run: known.run, ...input(known, s) }),
});

/** All of them at once, but where one is tried by itself with what holds it switched off. */
const all = new WeakMap<Scene, Promise<Got[]>>();

async function forged(s: Scene, one: Forged): Promise<Got> {
  const done = async (these: Forged[]) => {
    const known = await knownOf(s);
    return await doneForAnother(
      s,
      these.map((f) => callOf(f, known, s)),
    );
  };
  if (process.env[SWITCHES] !== undefined) return (await done([one]))[0] ?? '';
  const told = all.get(s) ?? done(FORGED);
  all.set(s, told);
  return (await told)[FORGED.indexOf(one)] ?? '';
}

const COPIED = ['startRun', 'walk', 'readBatch', 'makePlan', 'openGate'];

export const BY_ACTIVITY: Attack[] = [
  ...FORGED.map((one) => ({
    name: `${one.activity} for a workflow of one's own`,
    tried: 'with the payload keys, in the name of the run',
    by: ['ownRun', ...(one.by ?? [])] satisfies Mechanism[],
    expected: /NotAuthorized: run: is not that of the workflow that calls/,
    ...(one.spoils ? { spoils: true as const } : {}),
    act: (s: Scene) => forged(s, one),
  })),
  ...COPIED.map((activity) => ({
    name: `${activity} as it lies in history, for a workflow of one's own`,
    tried: 'its ciphertext, no keys',
    by: ['bound', 'ownRun'] satisfies Mechanism[],
    expected: /MessageRefused|Refused/,
    ...(activity === 'startRun' || activity === 'makePlan' ? { spoils: true as const } : {}),
    act: async (s: Scene) => {
      const { payloads } = await doneBefore(s, activity);
      return (await doneForAnother(s, [{ activity, input: () => Promise.resolve(payloads) }]))[0] ?? '';
    },
  })),
  {
    name: "endRun in plain JSON, for a workflow of one's own",
    tried: 'no keys',
    by: ['plain', 'ownRun'],
    spoils: true,
    expected: /Refused/,
    act: async (s) => {
      const input = [plain({ run: (await s.view()).run, status: 'cancelled', reason: 'by hand' })];
      return (await doneForAnother(s, [{ activity: 'endRun', input: () => Promise.resolve(input) }]))[0] ?? '';
    },
  },
];

const BY_CODE = 'data-collector:collector-aws-1';
const BY_HAND = 'data-collector:collector-azure-1';

/** What a person says of a collector, unsigned and by way of an activity. */
const OF_COLLECTORS: { turn: Turn; activity: ActivityName; input(s: Scene): Promise<object>; beyond?: RegExp }[] = [
  { turn: 'ready', activity: 'requestDeletion', input: () => Promise.resolve({ item: BY_CODE }) },
  { turn: 'code', activity: 'resendOtp', input: () => Promise.resolve({ item: BY_CODE }), beyond: /a code was just sent/ },
  {
    turn: 'code',
    activity: 'enterOtp',
    input: async (s) => ({ item: BY_CODE, sealedOtp: (await code(s, '000000')).sealedOtp }),
  },
  {
    turn: 'by-hand',
    activity: 'confirmCollector',
    input: () => Promise.resolve({ item: BY_HAND, statement: 'gone' }),
    beyond: /is not what the portal says/,
  },
];

export const BY_ACTIVITY_IN_TURN: (Attack & { turn: Turn })[] = OF_COLLECTORS.map(({ turn, activity, input, beyond }) => ({
  name: `${activity} for a workflow of one's own`,
  tried: 'with the payload keys, in the name of the run, unsigned',
  turn,
  by: ['ownRun', 'proof'],
  expected: /NotAuthorized: run: is not that of the workflow that calls/,
  async act(s) {
    const { run, planHash = '' } = await s.view();
    const whole = { run, planHash, by: s.other, arrivedAt: now(), ...(await input(s)) };
    const [got = ''] = await doneForAnother(s, [{ activity, input: sealedFor(s, whole) }]);
    return beyond?.test(got) ? `taken: ${got}` : got;
  },
}));
