import { z } from 'zod';
import { GATES, PHASES, RUN_STATUSES, SYSTEM_TYPES } from '../model/names.ts';
import { isProof } from '../model/statement/proof-shape.ts';
import { isVisible } from '../model/visible.ts';

/** What each activity may be given. Whoever may write to the namespace may give it anything, so shape and size are looked at before anything else. */

const text = (most: number) => z.string().max(most);
/** A name, a reason, an id as a cloud writes it. */
const line = text(4_000).min(1);
/** What a person says of himself and why: it is shown. */
const words = line.refine(isVisible);
const proof = z.custom(isProof).optional();
const address = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex');
const count = z.int().min(0).max(1_000_000_000);
const ids = z.array(line).max(100_000);
const addresses = z.array(address).max(100_000);
const gate = z.enum(GATES);
const phase = z.enum(PHASES);
const next = z.array(z.unknown()).max(1_000).optional();
/** Its name is looked at by itself (`demandOwnRun`). */
const run = z.string();

const batch = z.object({ phase, type: z.enum(SYSTEM_TYPES), wave: z.enum(['pilot', 'rest']), stage: line, index: count });
const apply = z.strictObject({ run, planHash: address, work: z.union([z.strictObject({ phase, items: ids }), batch]) });
const collector = { run, planHash: address, item: line, by: words, proof };
const opening = { run, gate, opening: count.min(1) };
const estate = { run, manifest: address, readings: addresses };

/** Shapes by activity. What a person says is judged field by field by whoever decides about it. */
export const INPUTS = {
  startRun: z.looseObject({ run, manifest: z.unknown(), startedBy: words, adopt: line.optional(), proof }),
  startRestore: z.looseObject({
    run,
    restores: line,
    only: ids.optional(),
    startedBy: words,
    lift: z.strictObject({ reason: words }).optional(),
    proof,
  }),
  startDiscovery: z.strictObject({ run, scope: z.unknown() }),
  walk: z.strictObject({ run, manifest: address }),
  readBatch: z.strictObject({
    run,
    manifest: address,
    index: count,
    ciemPrincipalId: line.optional(),
    ciemFormerIds: z.array(line).max(10_000).optional(),
  }),
  takeInventory: z.strictObject({ ...estate, scope: z.unknown(), by: words.optional(), described: address }),
  checkBreaker: z.strictObject({ ...estate, read: z.strictObject({ systems: count, of: count }) }),
  makePlan: z.strictObject(estate),
  makeRestorePlan: z.strictObject({ run, restores: line, only: ids.optional() }),
  openGate: z.strictObject({ ...opening, planHash: address, forMs: count.max(Number.MAX_SAFE_INTEGER) }),
  closeGate: z.strictObject({ ...opening, outcome: z.enum(['approved', 'rejected', 'expired']) }),
  remind: z.strictObject({ ...opening, stage: z.enum(['reminder', 'escalation']) }),
  recordDecision: z.looseObject({
    run,
    phase: line,
    decision: z.looseObject({
      kind: line,
      by: words,
      reason: words.optional(),
      ticket: words.optional(),
      statement: words.optional(),
      proof,
    }),
  }),
  removeItems: apply,
  putInQuarantine: apply,
  watchQuarantine: z.strictObject({ run, last: z.boolean() }),
  liftQuarantine: z.strictObject({ run, planHash: address, items: ids.optional() }),
  restoreItems: apply,
  reopenLapsed: z.strictObject({ run, planHash: address }),
  requestDeletion: z.looseObject(collector),
  resendOtp: z.looseObject(collector),
  enterOtp: z.looseObject({ ...collector, sealedOtp: text(10_000) }),
  confirmCollector: z.looseObject({ ...collector, statement: words }),
  awaitRecords: z.strictObject({ run }),
  confirmGone: z.strictObject({ run, planHash: address, work: batch }),
  verify: z.strictObject(estate),
  readOwnAccess: z.strictObject({ run, readings: addresses.optional() }),
  adoptRun: z.looseObject({ run, adopt: line, oldTemporalGone: words.optional(), by: words, proof }),
  endRun: z.strictObject({ run, status: z.enum(RUN_STATUSES).exclude(['superseded']), reason: text(1_000_000), next }),
} satisfies Record<string, z.ZodType>;

/** What a run may have done. */
export type ActivityName = keyof typeof INPUTS;

/** The head of its records that a workflow gives along. */
export const CARRIED = z.strictObject({ head: z.strictObject({ store: text(200), seq: count, hash: address }).optional() }).optional();
