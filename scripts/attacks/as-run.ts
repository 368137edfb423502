import type { Attack } from './by-statement.ts';
import { right } from './by-statement.ts';
import type { ActivityName } from '../../activities/inputs.ts';
import { doneAsRun, doneBefore, doneForAnother, resetTo, sealedFor, type Call } from './foreign.ts';
import type { Ended, Turn } from './in-turn.ts';
import { SWITCHES, type Mechanism } from './mechanisms.ts';
import type { Got, Scene } from './scene.ts';

/**
 * In the name of the run itself: whoever may write to the namespace can reset it, answer a workflow task of it with a worker of their own, and start another workflow under its id
 * once it has ended.
 */

interface Said {
  run: string;
  opening: number;
  planHash: string;
  batch: object;
  startRun: object;
}

const FORGED: { activity: ActivityName; tried: string; by: Mechanism[]; expected: RegExp; input(said: Said, s: Scene): object }[] = [
  {
    activity: 'recordDecision',
    tried: 'an approval, unsigned',
    by: ['proof'],
    expected: /proof: is missing/,
    input: ({ opening, planHash }, s) => ({
      phase: 'permissions',
      decision: { kind: 'approve', gate: 'plan', opening, planHash, by: s.approver, reason: 'read it' },
      arrivedAt: new Date().toISOString(),
    }),
  },
  {
    activity: 'removeItems',
    tried: 'before the plan is approved',
    by: ['approval'],
    expected: /NotAuthorized: gate plan holds no approval/,
    input: ({ planHash, batch }) => ({ planHash, work: batch }),
  },
  {
    activity: 'putInQuarantine',
    tried: 'before the plan is approved',
    by: ['approval'],
    expected: /NotAuthorized: gate plan holds no approval/,
    input: ({ planHash, batch }) => ({ planHash, work: batch }),
  },
  {
    activity: 'restoreItems',
    tried: 'in an offboarding',
    by: ['allowed', 'approval'],
    expected: /does no restoreItems/,
    input: ({ planHash, batch }) => ({ planHash, work: batch }),
  },
  {
    activity: 'openGate',
    tried: 'for a plan that is not in force',
    by: ['gates'],
    expected: /that plan is not in force/,
    input: ({ opening }) => ({ gate: 'plan', opening: opening + 1, planHash: '0'.repeat(64), forMs: 60_000 }),
  },
  {
    activity: 'closeGate',
    tried: 'as approved, which nobody did',
    by: ['gates'],
    expected: /nobody decided that it is approved/,
    input: ({ opening }) => ({ gate: 'plan', opening, outcome: 'approved' }),
  },
  {
    activity: 'startRun',
    tried: 'with another manifest than it began with',
    by: ['sameManifest'],
    expected: /is another than the run began with/,
    input: ({ startRun }, s) => ({ ...startRun, manifest: { ...s.manifest, approvers: [s.approver] } }),
  },
];

/** The first share of the plan that the run made. */
async function firstBatch(s: Scene): Promise<object> {
  const { result } = await doneBefore(s, 'makePlan');
  const [first] = (result as { batches?: Record<string, unknown>[] }).batches ?? [];
  return Object.fromEntries(['phase', 'type', 'wave', 'stage', 'index'].map((k) => [k, first?.[k]]));
}

/** All of them at once, but where one is tried by itself with what holds it switched off. */
const all = new WeakMap<Scene, Promise<Got[]>>();

async function forged(s: Scene, at: number): Promise<Got> {
  const done = (these: typeof FORGED) =>
    doneAsRun(s, async () => {
      const { run, gate, planHash = '' } = await s.view();
      const [batch, start] = [await firstBatch(s), await doneBefore(s, 'startRun')];
      const said = { run, opening: gate?.opening ?? 1, planHash, batch, startRun: start.input };
      return these.map(({ activity, input }): Call => ({ activity, input: sealedFor(s, { run, ...input(said, s) }) }));
    });
  if (process.env[SWITCHES] !== undefined) return (await done(FORGED.slice(at, at + 1)))[0] ?? '';
  const told = all.get(s) ?? done(FORGED);
  all.set(s, told);
  return (await told)[at] ?? '';
}

/** Each makes the run that waits at its first gate one that nobody goes on with. */
export const AS_RUN: (Attack & { turn: Turn })[] = [
  {
    name: 'approve by the statement of before a reset',
    tried: 'reset to before its gate was opened, the same message sent again',
    turn: 'reset',
    by: ['opening', 'planNamed', 'again'],
    expected: /GateNotOpen/,
    async act(s) {
      const message = await s.signed('approve', await right(s));
      const got = await s.update('approve', message);
      if (got !== 'taken') throw new Error(`a right approval: ${got}`);
      await resetTo(s, (events) => events.find((e) => e.workflowTaskCompletedEventAttributes));
      await s.until((v) => v.gate?.gate === 'plan' && v.gate.opening > message.opening);
      return await s.update('approve', message);
    },
  },
  ...FORGED.map(({ activity, tried, by, expected }, at) => ({
    name: `${activity} by a worker of one's own that answers for the run`,
    tried,
    turn: 'asked' as const,
    by,
    expected,
    act: (s: Scene) => forged(s, at),
  })),
  {
    name: "removeItems by a worker of one's own that answers for a run that is paused",
    tried: 'approved, and then what the pause holds',
    turn: 'stopped',
    by: ['pause'],
    expected: /nothing was begun/,
    async act(s) {
      const [got] = await doneAsRun(s, async () => {
        await pausedAndApproved(s);
        const { run, planHash } = await s.view();
        return [{ activity: 'removeItems', input: sealedFor(s, { run, planHash, work: await firstBatch(s) }) }];
      });
      return got ?? '';
    },
  },
];

/** Approved while it is paused: nothing else than the pause holds it. */
async function pausedAndApproved(s: Scene): Promise<void> {
  const { paused, gate } = await s.view();
  if (!paused) await s.update('pause', { by: s.other });
  if (gate === undefined) return;
  const got = await s.update('approve', await s.signed('approve', await right(s)));
  if (got !== 'taken') throw new Error(`a right approval: ${got}`);
}

/** Of runs that have ended, and of one that gives back. */
export const AFTER_ITS_END: (Attack & { after: Ended })[] = [
  {
    name: "restoreItems and makeRestorePlan for a workflow of one's own",
    tried: 'with the payload keys, in the name of a restore that waits for its approval',
    after: 'removal',
    by: ['ownRun', 'approval'],
    expected: /run: is not that of the workflow that calls/,
    async act(s) {
      const { run: restores } = await s.view();
      const id = s.workflowId.replace('offboarding', 'restore');
      const options = { workflowId: id, taskQueue: s.session.taskQueue, args: [await s.restoreInput(restores, restores)] };
      const restore = await s.session.client.workflow.start('restore', options);
      const { run, planHash = '' } = await s.until((v) => v.gate?.gate === 'restore', id);
      const batch = { phase: 'permissions', type: 'aws', wave: 'rest', stage: 'grants', index: 0 };
      const got = await doneForAnother(s, [
        { activity: 'restoreItems', input: sealedFor(s, { run, planHash, work: batch }) },
        { activity: 'makeRestorePlan', input: sealedFor(s, { run, restores }) },
      ]);
      await restore.cancel();
      await restore.result().catch(() => {});
      return got.find((g) => !g.startsWith('refused')) ?? got[0] ?? '';
    },
  },
  {
    name: 'a workflow under the id of a run that has ended',
    tried: "that run's removeItems and endRun, by the ciphertexts of its history, no keys",
    after: 'removal',
    by: ['ownRun', 'allowed'],
    expected: /run: is not that of the workflow that calls/,
    async act(s) {
      const names = ['removeItems', 'endRun'];
      const copied = await Promise.all(
        names.map(async (activity) => {
          const { payloads } = await doneBefore(s, activity);
          return { activity, input: () => Promise.resolve(payloads) };
        }),
      );
      const got = await doneForAnother(s, copied, s.workflowId);
      return got.find((g) => !g.startsWith('refused')) ?? got[0] ?? '';
    },
  },
];
