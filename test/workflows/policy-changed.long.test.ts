import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunView } from '../../model/messages/status.ts';
import { DELETED_MESSAGE, type Gate } from '../../model/names.ts';
import type { Policy } from '../../model/policy.ts';
import { normalSshKey } from '../../model/statement/ssh-signature.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { clearRun, expectRefused, RUN } from '../client/on-stage.ts';
import { APPROVER, CIEM_PRINCIPAL, MAILBOX, STARTER } from '../harness/estate.ts';
import { newMail, resultOf } from '../harness/people.ts';
import { abandonRestore } from '../harness/restores.ts';
import { signedBy, threeApprovers } from '../harness/signed.ts';
import { sshKey } from '../harness/ssh.ts';
import { Stage } from '../harness/stage.ts';

/**
 * By a policy that changed while the run is in a phase, what was approved counts no longer: the gate opens again by itself and says why, it is approved as the policy says
 * now, and the run goes on to its end.
 */
const stage = new Stage();
const { keys, policy, typed: signed } = signedBy(stage);
/** Signed where the policy demands it. */
const typed: typeof signed = (by, ...args) =>
  stage.deps.policy.identity === 'ssh' ? signed(by, ...args) : stage.offboard(...args, '--by', by);
const approve = (run: string, by: string, gate: string, hash: string) =>
  typed(by, 'approve', run, '--gate', gate, '--plan-hash', hash, '--reason', 'read it');
const RESTORE = RUN.replace('offboarding', 'restore');

beforeAll(() => stage.open());
afterEach(async () => {
  stage.deps.policy = policy;
  await clearRun(stage);
  await abandonRestore(stage);
});
afterAll(() => stage.close());

const { people = [] } = policy;
const byThird = (gate: Gate) => `the approval of gate ${gate} by third counts no longer: `;

interface Change {
  what: string;
  /** The policy at the start, where that is another one. */
  before?: Policy;
  policy: Policy | ((gate: Gate) => Policy);
  /** Why the approval of a gate counts no longer. */
  why?: (gate: Gate) => string;
  /** Gates that open again one after the other, where that is not the last one alone. */
  gates?: (gate: Gate) => Gate[];
  /** Who has to approve then; one who did not approve before, where nothing is said. */
  by?: string[];
  /** Where it is tried: each change at both kinds of gate, and everywhere what a place may take otherwise; everywhere, where nothing is said. */
  at?: string[];
}

const CHANGES: Change[] = [
  {
    what: 'another key of who approved',
    policy: { ...policy, people: people.map((p) => (p.name === 'third' ? { ...p, keys: [{ key: normalSshKey(sshKey().line) }] } : p)) },
  },
  {
    what: 'nobody of the name of who approved',
    policy: { ...policy, people: people.filter((p) => p.name !== 'third'), approvers: [STARTER, APPROVER] },
    at: ['phase 1', 'phase 3, with a code on its way'],
  },
  {
    what: 'a second approver',
    policy: (gate) => ({ ...policy, quorum: { [gate]: 2 } }),
    why: (gate) => `gate ${gate} needs 2 approvals`,
    by: ['third', APPROVER],
    at: ['phase 2', 'phase 4', 'a restore'],
  },
  {
    what: 'a signature instead of a name',
    before: { ...policy, identity: 'asserted' },
    policy,
    why: (gate) => (gate === 'collectors' ? 'the approval of gate plan by riley counts no longer: ' : byThird(gate)),
    gates: (gate) => (gate === 'collectors' ? ['plan', gate] : [gate]),
    at: ['phase 1', 'phase 3, with a code on its way', 'phase 3, by hand', 'phase 4', 'a restore'],
  },
];

const CODE = ['otp', RUN, 'collector-aws', '--by', MAILBOX, '--sign-with', keys[MAILBOX]?.file ?? ''];

async function atGate(run: string, gate: Gate, opening = 1): Promise<RunView> {
  return await stage.until(run, (v) => v.gate?.gate === gate && v.gate.opening === opening);
}

async function approved(run: string, by: string, gate: Gate, opening = 1): Promise<void> {
  const { planHash = '' } = await atGate(run, gate, opening);
  expect(await approve(run, by, gate, planHash)).toMatchObject({ code: 0 });
}

async function begun(byHand = false): Promise<void> {
  const estate = threeApprovers();
  if (byHand) estate.manifest.collectors = [{ id: 'collector-aws', type: 'aws', driver: 'operator', recipient: MAILBOX }];
  expect(await typed(STARTER, 'start', await stage.fill(estate))).toMatchObject({ code: 0 });
}

/** It goes on only once it is resumed: until then nothing rests on the approval. */
async function approvedWhilePaused(run: string, gate: Gate, now: Policy): Promise<void> {
  await atGate(run, gate);
  expect(await stage.offboard('pause', run, '--by', 'anybody')).toMatchObject({ code: 0 });
  await approved(run, 'third', gate);
  stage.deps.policy = now;
  expect(await typed(APPROVER, 'resume', run)).toMatchObject({ code: 0 });
}

/** Somebody renames something of Entra, so that it waits in its phase; once that is so, the name it had is given back. */
async function renamed(id: string, displayName: string): Promise<string> {
  let before = '';
  await stage.sandbox.change(({ entries }) => {
    const found = Object.values(entries)
      .map((e) => e.object as { id?: string; displayName?: string })
      .find((o) => o.id === id);
    before = found?.displayName ?? '';
    Object.assign(found ?? {}, { displayName });
  });
  return before;
}

async function heldUntil(id: string, before: () => Promise<void>, now: Policy): Promise<void> {
  const name = await renamed(id, 'renamed');
  await before();
  await stage.until(RUN, (v) => v.unresolved.some((o) => o.code === 'Drift'));
  await renamed(id, name);
  stage.deps.policy = now;
  expect(await typed(APPROVER, 'retry', RUN, '--reason', 'renamed back')).toMatchObject({ code: 0 });
}

/** While a deletion is open in the portal its code counts, also for whoever asks once more. */
async function codeSent(): Promise<string> {
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  expect(await typed(MAILBOX, 'ready', RUN, 'collector-aws')).toMatchObject({ code: 0 });
  return await newMail(stage, MAILBOX, undefined);
}

async function codeEntered(): Promise<void> {
  expect(await stage.offboardWith(await codeSent(), ...CODE)).toMatchObject({ code: 0 });
}

async function confirmed() {
  await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
  expect(await typed(MAILBOX, 'ready', RUN, 'collector-aws')).toMatchObject({ code: 0 });
  return () => typed(APPROVER, 'confirm', RUN, 'collector-aws', '--statement', DELETED_MESSAGE);
}

/** What goes on by itself from the gate that was approved anew. */
async function toTheEnd(from: 'plan' | 'collectors' | 'code'): Promise<void> {
  if (from === 'plan') await approved(RUN, APPROVER, 'collectors');
  if (from !== 'code') await codeEntered();
}

interface Row {
  where: string;
  gate: Gate;
  run?: string;
  /** As far as where the policy changes; `now` is the one from there. */
  until(now: Policy, why: string): Promise<void>;
  /** What it does next, where whether the next gate is approved is asked only then. */
  asked?(): Promise<void>;
  /** After the gate was approved anew. */
  on(): Promise<void>;
}

const ROWS: Row[] = [
  {
    where: 'phase 1',
    gate: 'plan',
    async until(now) {
      await begun();
      await approvedWhilePaused(RUN, 'plan', now);
    },
    on: () => toTheEnd('plan'),
  },
  {
    where: 'phase 2',
    gate: 'plan',
    async until(now) {
      await begun();
      await atGate(RUN, 'plan');
      await heldUntil('5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01', () => approved(RUN, 'third', 'plan'), now);
    },
    on: () => toTheEnd('plan'),
  },
  {
    where: 'phase 3, with a code on its way',
    gate: 'collectors',
    async until(now, why) {
      await begun();
      await approved(RUN, APPROVER, 'plan');
      await approved(RUN, 'third', 'collectors');
      const code = await codeSent();
      stage.deps.policy = now;
      expectRefused(await stage.offboardWith(code, ...CODE), 'NotWaitingForCollector', why, 'that gate is asked again by itself');
    },
    async asked() {
      await confirmed();
    },
    on: () => toTheEnd('collectors'),
  },
  {
    where: 'phase 3, by hand',
    gate: 'collectors',
    async until(now, why) {
      await begun(true);
      await approved(RUN, APPROVER, 'plan');
      await approved(RUN, 'third', 'collectors');
      const confirm = await confirmed();
      stage.deps.policy = now;
      expectRefused(await confirm(), 'NotWaitingForCollector', why, 'that gate is asked again by itself');
    },
    async asked() {
      expectRefused(await (await confirmed())(), 'NotWaitingForCollector', byThird('collectors'));
    },
    async on() {
      expect(await (await confirmed())()).toMatchObject({ code: 0 });
    },
  },
  {
    where: 'phase 4',
    gate: 'collectors',
    async until(now) {
      await begun();
      await approved(RUN, APPROVER, 'plan');
      await atGate(RUN, 'collectors');
      const toSignIn = async () => {
        await approved(RUN, 'third', 'collectors');
        await codeEntered();
      };
      await heldUntil(CIEM_PRINCIPAL, toSignIn, now);
    },
    on: () => toTheEnd('code'),
  },
  {
    where: 'a restore',
    gate: 'restore',
    run: RESTORE,
    async until(now) {
      await begun();
      await approved(RUN, APPROVER, 'plan');
      await approved(RUN, APPROVER, 'collectors');
      await codeEntered();
      await resultOf(stage, RUN);
      expect(await typed(STARTER, 'restore', RUN)).toMatchObject({ code: 0 });
      await approvedWhilePaused(RESTORE, 'restore', now);
    },
    on: () => Promise.resolve(),
  },
];

const TABLE = ROWS.flatMap((row) => CHANGES.filter(({ at }) => at?.includes(row.where) ?? true).map((change) => ({ ...row, ...change })));

test.each(TABLE)(
  'a policy that asks in $where for $what opens gate $gate again, and the run ends',
  async ({
    gate,
    run = RUN,
    until,
    asked,
    on,
    before = policy,
    policy: after,
    why = byThird,
    gates = (one: Gate) => [one],
    by = [APPROVER],
  }) => {
    stage.deps.policy = before;
    await until(typeof after === 'function' ? after(gate) : after, why(gate));
    const [first = gate] = gates(gate);
    const { unresolved } = await atGate(run, first, 2);
    const lapsed = unresolved.filter((o) => o.code === 'ApprovalLapsed');
    expect(lapsed.length).toBeGreaterThan(0);
    for (const { reason } of lapsed) expect(reason).toContain(why(gate));
    for (const again of gates(gate)) {
      if (again !== first) await asked?.();
      for (const who of by) await approved(run, who, again, 2);
    }
    await on();
    const { status, evidence }: OffboardingResult = await resultOf(stage, run);
    expect(status).toBe('completed');
    expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
  },
);
