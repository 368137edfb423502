import type { Client } from '@temporalio/client';
import type { RunView } from '../../model/messages/status.ts';
import { itemHash } from '../../model/item-hash.ts';
import { DELETED_MESSAGE, type Gate } from '../../model/names.ts';
import type { Saying } from '../../model/statement/statement.ts';
import type { Waiting } from '../../model/waiting.ts';
import { seal } from '../../security/sealing.ts';
import type { Attack } from './by-statement.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Forged, Scene } from './scene.ts';

/** What a run waits for; a message is taken only in its turn, so it is attacked then. */
export type Turn = 'asked' | 'reset' | 'plan' | 'ready' | 'code' | 'by-hand' | 'paused' | 'items' | 'quarantine' | 'stopped';

const BY_CODE = 'collector-aws-1';
const BY_HAND = 'collector-azure-1';
/** The portal locks a configuration after so many. */
const WRONG_CODES = 3;

/** From turn to turn, by people who prove what they say. */
const WAY: [Turn, (scene: Scene) => Promise<void>][] = [
  ['plan', async (s) => void (await atGate(s, 'plan'))],
  [
    'ready',
    async (s) => {
      await approved(s, 'plan', s.other);
      await approved(s, 'collectors');
      await s.until((v) => v.collectors.some((c) => c.stage === 'not-ready'));
    },
  ],
  ['code', (s) => s.say('collectorReady', 'ready', { by: s.other, collector: BY_CODE })],
  ['by-hand', (s) => s.say('collectorReady', 'ready', { by: s.other, collector: BY_HAND })],
  ['paused', async (s) => void (await s.update('pause', { by: s.other }))],
  [
    'items',
    async (s) => {
      await s.say('resume', 'resume', { by: s.approver });
      for (let n = 1; ; n++) {
        const got = await s.update('submitOtp', await s.signed('otp', await code(s, '000000')));
        if (got.endsWith('OtpExhausted')) break;
        if (n >= WRONG_CODES || !got.endsWith('OtpWrong')) throw new Error(`wrong code ${n}: ${got}`);
      }
      await waitsFor(s, 'items');
    },
  ],
];

/** A run of its own. */
const TO_QUARANTINE = async (s: Scene): Promise<void> => {
  await approved(s, 'plan');
  await waitsFor(s, 'quarantine');
};

/** The estate, with a collector by code and one by hand, before anything was done; a run that waits for the approval of its plan. */
async function begin(scene: Scene, quarantine: boolean, windows: object[] = []): Promise<void> {
  // A run at work would change what is filled in.
  await scene.end();
  await scene.fill((manifest) => {
    const recipient = scene.other;
    manifest['collectors'] = [
      { id: BY_CODE, type: 'aws', driver: 'http', recipient },
      { id: BY_HAND, type: 'azure', driver: 'operator', recipient },
    ];
    manifest['windows'] = windows;
    manifest['mode'] = quarantine ? 'quarantine' : 'remove';
  });
  await scene.begin();
}

/** Begins a run and takes it to a turn. */
export async function takeTo(scene: Scene, wanted: Turn): Promise<void> {
  const atItsGate = wanted === 'asked' || wanted === 'reset' || wanted === 'stopped';
  await begin(scene, wanted === 'quarantine', wanted === 'reset' ? notNow() : []);
  if (atItsGate) return;
  if (wanted === 'quarantine') return await TO_QUARANTINE(scene);
  for (const [turn, go] of WAY) {
    await go(scene);
    if (turn === wanted) return;
  }
}

/** Windows in which nothing is changed just now. */
export function notNow(): object[] {
  const hour = (later: number) => `${String((new Date().getUTCHours() + later) % 24).padStart(2, '0')}:00`;
  return [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: hour(12), to: hour(13), zone: 'Etc/UTC' }];
}

/** Takes one run from turn to turn, another into quarantine, and one no further than its first gate; `attack` is called in each. */
export async function inEachTurn(scene: Scene, attack: (turn: Turn) => Promise<void>): Promise<void> {
  await begin(scene, false);
  for (const [turn, go] of WAY) {
    await go(scene);
    await attack(turn);
  }
  await begin(scene, true);
  await TO_QUARANTINE(scene);
  await attack('quarantine');
  // What stands in quarantine keeps another run from beginning.
  await scene.say('lift', 'lift', { by: scene.approver, reason: 'it was tried' });
  for (const turn of ['reset', 'asked', 'stopped'] as const) {
    await takeTo(scene, turn);
    await attack(turn);
  }
}

/** What a restore is tried after. */
export type Ended = 'removal' | 'quarantine';

/** Takes a run to its end: with its permissions removed, or with them in quarantine still, since whoever cancelled it proved nothing. */
export async function takeToEnd(scene: Scene, after: Ended): Promise<void> {
  await begin(scene, after === 'quarantine');
  if (after === 'quarantine') await TO_QUARANTINE(scene);
  else {
    await approved(scene, 'plan');
    await atGate(scene, 'collectors');
  }
  await scene.end();
}

/** Waits for a gate; what a guard holds before it is left in place. */
async function atGate(s: Scene, gate: Gate): Promise<RunView> {
  const view = await s.until((v) => v.gate?.gate === gate || v.awaiting.some((w) => w.kind === 'items'));
  if (view.gate?.gate === gate) return view;
  await s.say('waive', 'waive', { by: s.approver, reason: 'may stay', items: await items(s) });
  return await atGate(s, gate);
}

async function approved(s: Scene, gate: Gate, by = s.approver): Promise<void> {
  const view = await atGate(s, gate);
  const said = { gate, opening: view.gate?.opening ?? 1, planHash: view.planHash ?? '', by, reason: 'read it' };
  await s.say('approve', 'approve', said);
}

const waitsFor = (s: Scene, kind: Waiting['kind']) => s.until((v) => v.awaiting.some((w) => w.kind === kind));

export async function code(s: Scene, otp: string): Promise<{ by: string; collector: string; sealedOtp: string }> {
  const { otpPublicKey = {} } = await s.view();
  return { by: s.other, collector: BY_CODE, sealedOtp: await seal(otpPublicKey, otp, BY_CODE) };
}

async function items(s: Scene): Promise<{ count: number; hash: string }> {
  const ids = (await s.view()).awaiting.flatMap((w) => (w.kind === 'items' ? w.items : []));
  return { count: ids.length, hash: itemHash(ids) };
}

interface Message {
  turn: Turn;
  name: string;
  says: Saying;
  /** As it would be right, but for its proof. */
  of(scene: Scene): Promise<{ by: string }>;
  /** A refusal that only what is proved can meet. */
  beyond?: string;
}

const MESSAGES: Message[] = [
  { turn: 'ready', name: 'collectorReady', says: 'ready', of: (s) => Promise.resolve({ by: s.other, collector: BY_CODE }) },
  {
    turn: 'code',
    name: 'resendOtp',
    says: 'resend-otp',
    beyond: 'ResendTooSoon',
    of: (s) => Promise.resolve({ by: s.other, collector: BY_CODE }),
  },
  { turn: 'code', name: 'submitOtp', says: 'otp', of: async (s) => code(s, (await s.stage.sandbox.newestOtp(s.other))?.otp ?? '') },
  {
    turn: 'by-hand',
    name: 'confirmCollector',
    says: 'confirm',
    of: (s) => Promise.resolve({ by: s.other, collector: BY_HAND, statement: DELETED_MESSAGE }),
  },
  { turn: 'paused', name: 'resume', says: 'resume', of: (s) => Promise.resolve({ by: s.approver }) },
  { turn: 'items', name: 'waive', says: 'waive', of: async (s) => ({ by: s.approver, reason: 'may stay', items: await items(s) }) },
  { turn: 'items', name: 'retry', says: 'retry', of: async (s) => ({ by: s.approver, reason: 'once more', items: await items(s) }) },
  { turn: 'items', name: 'amend', says: 'amend', of: (s) => Promise.resolve({ by: s.approver, reason: 'plan it anew', overrides: [] }) },
  { turn: 'quarantine', name: 'lift', says: 'lift', of: (s) => Promise.resolve({ by: s.approver, reason: 'it is used' }) },
];

/** Each message that a run takes in some turn, in the clear, unproved, or by a proof of something else. */
export const IN_TURN: (Attack & { turn: Turn })[] = MESSAGES.flatMap(({ turn, name, says, of, beyond }) => {
  const sent = async (s: Scene, message: object, client?: Client) => {
    const got = await s.update(name, message, client);
    return beyond !== undefined && got.endsWith(beyond) ? `taken: ${got}` : got;
  };
  const proved = (
    how: string,
    tried: string,
    by: Mechanism[],
    forged: Forged,
    change: (m: { by: string }, s: Scene) => object = (m) => m,
  ) => ({
    name: `${name} ${how}`,
    tried,
    turn,
    by,
    expected: /ProofWrong/,
    async act(s: Scene) {
      const message = await of(s);
      return await sent(s, { ...change(message, s), proof: (await s.signed(says, message, forged)).proof });
    },
  });
  return [
    {
      name: `${name} in its turn, in the clear`,
      tried: 'an update in plain JSON',
      turn,
      by: ['plain', 'proof'],
      act: async (s) => sent(s, await of(s), s.outsider),
    },
    {
      name: `${name} in its turn, without a proof`,
      tried: 'encrypted by the payload keys, unsigned',
      turn,
      by: ['proof'],
      expected: /ProofMissing/,
      act: async (s) => sent(s, await of(s)),
    },
    proved('in its turn, by nobody', 'a key or an account that the policy gives to nobody', ['person'], { with: 'mallory' }),
    proved('in its turn, by a statement of another run', 'signed for a run before', ['run'], { where: { run: { first: 'a-run-before' } } }),
    proved('in its turn, by a statement of another decision', 'a signed reject', ['says'], { says: 'reject' }),
    proved('in its turn, in another name than was signed', 'by changed', ['who', 'message'], {}, (m, s) => ({
      ...m,
      by: m.by === s.other ? s.approver : s.other,
    })),
  ];
});
