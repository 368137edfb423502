import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { INPUTS } from '../../activities/inputs.ts';
import { canonical } from '../../model/canonical.ts';
import { FAILURES } from '../../model/errors.ts';
import { decide, decisionWords, reasonOf, type Decision } from '../../model/messages/index.ts';
import { PolicySchema } from '../../model/policy.ts';
import { saidBySame, validUntil, type Said } from '../../model/statement/proof.ts';
import { stated } from '../../model/statement/statement.ts';
import { collectorWaiting, gateWaiting, itemsWaiting, quarantineWaiting, workerWaiting } from '../../model/waiting.ts';
import { nearly, sent } from './nearly.ts';
import { handleMessages } from '../../workflows/messages/index.ts';
import { Run } from '../../workflows/run.ts';
import { CASES } from './cases.ts';

/** Outside of a workflow nothing takes handlers: here they are kept. */
const validators = vi.hoisted(() => new Map<string, (message: unknown) => void>());
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ workflowId: 'offboarding-t', firstExecutionRunId: 'r' }),
  setCurrentDetails: () => undefined,
  setHandler: ({ name, type }: { name: string; type: string }, _: unknown, { validator }: { validator?: (message: unknown) => void }) => {
    if (type === 'update') validators.set(name, validator ?? (() => undefined));
  },
}));

/** They take some seconds; a machine that is busy with other work takes ten times as long. */
vi.setConfig({ testTimeout: 200_000 });
afterAll(() => vi.resetConfig());

const HASH = 'a'.repeat(64);
const NOW = '2026-01-01T00:00:00.000Z';
const LATER = '2099-01-01T00:00:00.000Z';
const head = (seq: number) => ({ store: 's', seq, hash: HASH });
const proof = { statement: 'x', signature: 'y' };

/** A run that waits for everything at once, so that a check gets as far as it can. */
function run(): Run {
  const input = { manifest: { tenant: { id: 't' } }, startedBy: 'sam', dryRun: false, searchAttributes: false };
  const waits = new Run(input);
  const asking = { run: 'r', approvers: 'riley', amendable: true };
  const open = { gate: 'plan', opening: 1, planHash: HASH, openedAt: NOW, expiresAt: LATER } as const;
  const collector = { item: 'data-collector:c', id: 'c', driver: 'http', recipient: 'dana', resends: 0, deadline: LATER } as const;
  waits.waits.put(gateWaiting(open, asking));
  waits.waits.put(itemsWaiting({ items: ['i'], locked: [], waivable: true }, LATER, asking));
  waits.waits.put(quarantineWaiting(LATER, asking));
  waits.waits.put(workerWaiting({ what: 'w', where: 'w', mend: 'm', expected: head(2), found: head(1) }, asking));
  for (const stage of ['not-ready', 'code-sent', 'by-hand'] as const)
    waits.waits.put(collectorWaiting({ ...collector, id: stage, item: `data-collector:${stage}`, stage }, asking));
  return waits;
}

const said = { by: 'riley', reason: 'read it', ticket: 'CHG0000001', proof };
const gate = { ...said, gate: 'plan', opening: 1, planHash: HASH };
const items = { ...said, items: { count: 1, hash: HASH, only: ['i'] } };

/** A message as it should be, and as which decision it is recorded; those of collectors have activities of their own. */
interface Made {
  right: Record<string, unknown>;
  kind?: Decision['kind'];
  activity?: keyof typeof INPUTS;
}

const MESSAGES: Record<string, Made> = {
  acceptRecords: { right: { ...said, from: head(2), to: head(1) }, kind: 'accept-records' },
  approve: { right: gate, kind: 'approve' },
  reject: { right: gate, kind: 'reject' },
  waive: { right: { ...items, means: 'keep' }, kind: 'waive' },
  retry: { right: items, kind: 'retry' },
  pause: { right: said, kind: 'pause' },
  amend: { right: { ...said, overrides: [{ item: 'i', reason: 'x' }] }, kind: 'amend' },
  lift: { right: { ...said, items: ['i'] }, kind: 'lift' },
  collectorReady: { right: { by: 'dana', proof, collector: 'not-ready' }, activity: 'requestDeletion' },
  resendOtp: { right: { by: 'dana', proof, collector: 'code-sent' }, activity: 'resendOtp' },
  submitOtp: { right: { by: 'dana', proof, collector: 'code-sent', sealedOtp: 'a.b.c.d.e' }, activity: 'enterOtp' },
  confirmCollector: { right: { by: 'dana', proof, collector: 'by-hand', statement: 'done' }, activity: 'confirmCollector' },
};

/** Fields that one message or another has, or none. */
const MORE = ['kind', 'extra', 'means', 'only', 'items'];

const context = {
  policy: PolicySchema.parse({ identity: 'asserted', approvers: ['riley', 'dana'], ticket: 'CHG[0-9]{7}' }),
  startedBy: 'sam',
  now: new Date(NOW),
  gate: { gate: 'plan', opening: 1, planHash: HASH, openedAt: NOW, expiresAt: LATER },
  items: { ids: ['i'], unresolved: ['i'], hash: HASH },
  quarantined: ['i'],
} as const;

/** Whoever records a message does all this with it, none of which may fail on what it holds. Returns why it is refused, undefined where it is not. */
function judged(kind: Decision['kind'], message: object): string | undefined {
  const decision = { ...message, kind } as Decision;
  const verdict = decide(decision, { ...context, items: { ...context.items, ids: ['i'], unresolved: ['i'] }, quarantined: ['i'] });
  if (verdict.ok) decisionWords({ decision, items: ['i'] });
  reasonOf({ decision });
  canonical(stated(decision));
  const { proof: came } = decision as Said;
  validUntil(came);
  saidBySame({ by: 'x', ...(came ? { proof: came } : {}) }, { by: 'x' });
  return verdict.ok ? undefined : verdict.message;
}

/** Why a message is refused; undefined where it is taken. Throws what is no refusal. */
function refusalOf(validate: (message: unknown) => void, message: unknown): string | undefined {
  try {
    validate(message);
    return undefined;
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === FAILURES.refused) return error.message;
    throw error;
  }
}

/** What whoever records a message that was taken finds wrong with its shape: nothing, or it is asked again and again, or the run ends. */
function misshapen({ kind, activity }: Made, message: Record<string, unknown>): unknown {
  if (kind) return INPUTS.recordDecision.safeParse({ run: 'r', phase: 'permissions', decision: { ...message, kind } }).error?.issues;
  const { by, proof: came, statement, ticket, sealedOtp } = message;
  const about = { run: 'r', planHash: HASH, item: 'data-collector:c', by, proof: came, statement, ticket, sealedOtp };
  return activity && INPUTS[activity].safeParse(about).error?.issues;
}

handleMessages(run());

test('every message that changes something is among those that are made up', () => {
  expect([...validators.keys()].filter((name) => name !== 'resume').toSorted()).toEqual(Object.keys(MESSAGES).toSorted());
});

const NAMED = /^[\w.]+: /;

test.each(Object.entries(MESSAGES))(
  'whatever is said as %s is refused, its field named, or has a shape that whoever records it takes',
  (name, made) => {
    const validate = validators.get(name);
    if (!validate) throw new Error(`nothing takes ${name}`);
    expect(refusalOf(validate, made.right)).toBeUndefined();
    fc.assert(
      fc.property(nearly(made.right, MORE), (value) => {
        const message = sent(value);
        const refusal = refusalOf(validate, message);
        const told = message as Record<string, unknown>;
        expect(refusal === undefined ? misshapen(made, told) : undefined).toBeUndefined();
        const said = refusal ?? (made.kind ? judged(made.kind, told) : undefined);
        expect(said ?? 'taken: ').toMatch(NAMED);
      }),
      { numRuns: CASES },
    );
  },
);
