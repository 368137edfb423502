import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Proof } from '../../model/statement/statement.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Forged, Got, Scene } from './scene.ts';

/** An attack: who tries what, and what must come of it. */
export interface Attack {
  name: string;
  tried: string;
  /** What a refusal says; any where absent. */
  expected?: RegExp;
  /** What holds it: with these switched off, and nothing else, it succeeds. Absent where that is not tried. */
  by?: Mechanism[];
  /** Where it succeeded, the run is none that can be attacked once more. */
  spoils?: true;
  act(scene: Scene): Promise<Got>;
}

interface GateSaid {
  gate: string;
  opening: number;
  planHash: string;
  by: string;
  reason: string;
}

/** The approval that would be right. */
export async function right(scene: Scene): Promise<GateSaid> {
  const { gate, planHash = '' } = await scene.view();
  return { gate: 'plan', opening: gate?.opening ?? 1, planHash, by: scene.approver, reason: 'read it' };
}

/** An approval whose proof is forged, or whose message was changed after it was signed. */
const approval = (
  by: Mechanism[],
  tried: string,
  expected: RegExp,
  forged: Forged,
  change: (m: GateSaid, scene: Scene) => object = (m) => m,
): Omit<Attack, 'name'> => ({
  by,
  tried,
  expected,
  async act(scene) {
    const message = await right(scene);
    const stated = change(message, scene);
    return await scene.update('approve', { ...stated, proof: (await scene.signed('approve', message, forged)).proof });
  },
});

const cut = (proof: Proof): Proof =>
  'idToken' in proof
    ? { ...proof, idToken: proof.idToken.slice(0, -8) }
    : { ...proof, signature: proof.signature.split('\n').toSpliced(2, 1).join('\n') };

/** With the payload keys, and without the key of whoever is named: a statement is forged, changed, or of something else. */
export const BY_STATEMENT: Attack[] = [
  {
    name: 'approve with a signature of nobody',
    ...approval(['person'], 'a key that the policy gives to nobody', /ProofWrong/, { with: 'mallory' }),
  },
  {
    name: 'approve with a signature of another person',
    tried: "another approver's key under this one's name",
    expected: /ProofWrong/,
    by: ['who'],
    async act(scene) {
      const message = await right(scene);
      return await scene.update('approve', await scene.signed('approve', message, { with: scene.other }));
    },
  },
  {
    name: 'approve with the reason swapped',
    ...approval(['message'], 'one field changed after it was signed', /ProofWrong/, {}, (m) => ({ ...m, reason: 'x' })),
  },
  {
    name: 'approve with the name swapped',
    ...approval(['who', 'message'], 'a good signature under another name', /ProofWrong/, {}, (m, s) => ({ ...m, by: s.other })),
  },
  {
    name: 'approve with a ticket added',
    ...approval(['message'], 'a field added after it was signed', /ProofWrong/, {}, (m) => ({ ...m, ticket: 'CHG1' })),
  },
  {
    name: 'approve with a field nobody knows',
    ...approval(['message'], 'an unknown field added', /ProofWrong/, {}, (m) => ({ ...m, also: 'collectors' })),
  },
  {
    name: 'approve with the reason left out of the statement',
    tried: 'the statement says less than the message',
    expected: /ProofWrong/,
    by: ['message'],
    act: (s) => stating(s, ({ reason: _, ...m }) => m),
  },
  {
    name: 'approve by a statement of another gate',
    tried: 'signed for gate collectors',
    expected: /ProofWrong/,
    by: ['message'],
    act: (s) => stating(s, (m) => ({ ...m, gate: 'collectors' })),
  },
  {
    name: 'approve by a statement of another opening',
    tried: 'signed for opening 7',
    expected: /ProofWrong/,
    by: ['message'],
    act: (s) => stating(s, (m) => ({ ...m, opening: 7 })),
  },
  {
    name: 'approve by a statement of another plan',
    tried: 'signed for another hash',
    expected: /ProofWrong/,
    by: ['message'],
    act: (s) => stating(s, (m) => ({ ...m, planHash: '0'.repeat(64) })),
  },
  { name: 'approve by a statement of another decision', ...approval(['says'], 'a signed reject', /ProofWrong/, { says: 'reject' }) },
  {
    name: 'approve by a statement of another workflow',
    ...approval(['workflow'], 'signed for a dry run', /ProofWrong/, { where: { workflowId: 'offboarding-dry-run-x' } }),
  },
  {
    name: 'approve by a statement of another run',
    ...approval(['run'], 'signed for a run before', /ProofWrong/, { where: { run: { first: 'a-run-before' } } }),
  },
  {
    name: 'approve by a statement of another namespace',
    ...approval(['namespace'], 'signed for another Temporal', /ProofWrong/, { where: { namespace: 'elsewhere' } }),
  },
  {
    name: 'approve by a statement with a number instead of a run',
    ...approval(['run'], 'signed like a start', /ProofWrong/, { where: { run: { nonce: '0'.repeat(32) } } }),
  },
  { name: 'approve by a statement that came too late', ...approval(['arriveBy'], 'signed an hour ago', /ProofLate/, { ageMs: 3_600_000 }) },
  {
    name: 'approve by a statement from the future',
    ...approval(['ahead'], 'signed in an hour', /ProofLate|ProofWrong/, { ageMs: -3_600_000 }),
  },
  {
    name: 'approve by a statement that counts no longer',
    ...approval(['validUntil'], 'valid until a moment ago', /ProofLate/, { validForMs: -1 }),
  },
  {
    name: 'approve by a proof of another purpose',
    ...approval(['purpose'], 'SSHSIG namespace git, another application', /ProofWrong/, { elsewhere: true }),
  },
  {
    name: 'approve by a statement with a field twice',
    ...approval(['form'], '"says" stands there twice', /ProofWrong/, { before: (t) => t.replace('"says"', '"says":"pause","says"') }),
  },
  {
    name: 'approve by a statement in another form',
    ...approval(['form'], 'pretty-printed', /ProofWrong/, { before: (t) => JSON.stringify(JSON.parse(t), undefined, 2) }),
  },
  {
    name: 'approve by a statement with a field added',
    ...approval(['form'], 'an unknown field in it', /ProofWrong/, { before: (t) => t.replace(/\}$/, ',"zz":1}') }),
  },
  {
    name: 'approve by a statement changed after it was signed',
    ...approval(['signature'], 'validUntil moved on', /ProofWrong/, {
      after: (p) => ({ ...p, statement: p.statement.replace(/"validUntil":"\d/, '"validUntil":"9') }),
    }),
  },
  { name: 'approve by a signature that is cut off', ...approval(['signature'], 'a line of it is missing', /ProofWrong/, { after: cut }) },
  {
    name: 'approve by no signature',
    ...approval(['signature'], 'an empty one', /ProofWrong/, {
      after: (p) => ('idToken' in p ? { ...p, idToken: '' } : { ...p, signature: '' }),
    }),
  },
  ...(
    [
      ['gate', 'gateNamed', { gate: 'collectors' }, /GateNotOpen/],
      ['opening', 'opening', { opening: 7 }, /GateNotOpen/],
      ['plan', 'planNamed', { planHash: '0'.repeat(64) }, /PlanHashMismatch/],
    ] as const
  ).map(([what, by, other, expected]): Attack => ({
    by: [by],
    spoils: true,
    name: `approve another ${what}, rightly signed`,
    tried: `message and statement say another ${what} than the one that waits`,
    expected,
    act: async (s) => s.update('approve', await s.signed('approve', { ...(await right(s)), ...other })),
  })),
  {
    name: 'approve by whoever started the run',
    tried: 'their own key and name',
    expected: /SelfApproval/,
    by: ['fourEyes'],
    act: async (s) => s.update('approve', await s.signed('approve', { ...(await right(s)), by: s.starter })),
  },
  {
    name: 'approve by whoever started the run, spelled otherwise',
    tried: 'their own key, the name in capitals',
    expected: /SelfApproval/,
    by: ['fourEyes'],
    act: async (s) =>
      s.update('approve', await s.signed('approve', { ...(await right(s)), by: s.starter.toUpperCase() }, { with: s.starter })),
  },
  {
    name: 'approve by a key that was removed a moment ago',
    tried: "the policy's file changed while the run waits",
    expected: /ProofWrong/,
    by: ['policy'],
    async act(scene) {
      const { policyFile } = scene.stage;
      const text = readFileSync(policyFile, 'utf8');
      const policy = parse(text) as { people: { name: string }[] };
      const another = policy.people.find((p) => p.name === scene.starter);
      // An approver must have a key or an oid: another's takes its place.
      policy.people = policy.people
        .map((p) => (p.name === scene.approver ? { ...another, name: p.name } : p))
        .filter((p) => p.name !== scene.starter);
      writeFileSync(policyFile, stringify(policy));
      const got = await scene.update('approve', await scene.signed('approve', await right(scene)));
      writeFileSync(policyFile, text);
      return got;
    },
  },
];

/** An approval whose statement says something else than the message. */
async function stating(scene: Scene, change: (m: GateSaid) => object): Promise<Got> {
  const message = await right(scene);
  return await scene.update('approve', await scene.signed('approve', message, { stated: change(message) }));
}

/** Every message that changes something, as it would be right but for its proof. */
const UNPROVED: [name: string, message: (m: GateSaid) => object][] = [
  ['approve', (m) => m],
  ['reject', (m) => m],
  ['waive', ({ by, reason }) => ({ by, reason, items: { count: 0, hash: '0'.repeat(64) } })],
  ['retry', ({ by, reason }) => ({ by, reason, items: { count: 0, hash: '0'.repeat(64) } })],
  ['amend', ({ by, reason }) => ({ by, reason, overrides: [] })],
  ['lift', ({ by, reason }) => ({ by, reason })],
  ['resume', ({ by }) => ({ by })],
  ['acceptRecords', ({ by, reason }) => ({ by, reason, from: { store: 's', seq: 1, hash: 'h' }, to: { store: 's', seq: 1, hash: 'h' } })],
  ['collectorReady', ({ by }) => ({ by, collector: 'collector-aws-1' })],
  ['resendOtp', ({ by }) => ({ by, collector: 'collector-aws-1' })],
  ['submitOtp', ({ by }) => ({ by, collector: 'collector-aws-1', sealedOtp: 'a.b.c.d.e' })],
  ['confirmCollector', ({ by }) => ({ by, collector: 'collector-aws-1', statement: 'Successfully deleted configuration' })],
];

/** Of these what a run takes that waits at its gate; the others it would refuse whoever sent them. */
const AT_THE_GATE = ['approve', 'reject'];

/** With the payload keys, and no proof at all. */
export const WITHOUT_PROOF: Attack[] = UNPROVED.map(([name, message]) => ({
  name: `${name} without a proof`,
  tried: 'encrypted by the payload keys, unsigned',
  ...(AT_THE_GATE.includes(name) ? { by: ['proof'] } : {}),
  act: async (s) => s.update(name, message(await right(s))),
}));

const SIGNALS = ['approve', 'reject', 'lift'];

/** What a run can be asked: ours, and what the SDK answers by itself. */
const QUERIES = ['status', '__temporal_workflow_metadata', '__stack_trace'];

/** Without any key: bare messages, as the Temporal UI or any client of the namespace sends them. */
export const IN_THE_CLEAR: Attack[] = [
  ...UNPROVED.map(([name, message]) => ({
    name: `${name} in the clear`,
    tried: 'an update in plain JSON, with the right hash',
    ...(AT_THE_GATE.includes(name) ? { by: ['plain', 'proof'] satisfies Mechanism[] } : {}),
    act: async (s: Scene) => s.update(name, message(await right(s)), s.outsider),
  })),
  ...SIGNALS.map((name) => ({
    name: `${name} in the clear, as a signal`,
    tried: 'a signal in plain JSON, with the right hash',
    ...(AT_THE_GATE.includes(name) ? { by: ['plain', 'proof'] satisfies Mechanism[] } : {}),
    act: async (s: Scene) => s.signal(name, await right(s), s.outsider),
  })),
  ...QUERIES.map((name) => ({
    name: `the answer to ${name}, read without keys`,
    tried: 'a query in plain JSON',
    by: ['sealed'] satisfies Mechanism[],
    expected: /without keys/,
    act: (s: Scene) => s.asked(name, s.outsider),
  })),
];
