import { z } from 'zod';
import { canonical, sha256 } from '../canonical.ts';
import type { Json } from '../finding.ts';
import { firstExecutionIn, workflowIdIn } from '../run-name.ts';
import { isProof, type Proof } from './proof-shape.ts';

export type { Proof, SignInProof, SshProof } from './proof-shape.ts';

/**
 * What a person says to a run, as one text that can be signed: the whole message, and of which run, by when and until when it counts. What is not in it
 * is not acted on. The text is canonical JSON (RFC 8785); what is signed, kept and verified are its bytes.
 */

/** What can be said: the decisions, and what drives collectors, begins a run or a restore. */
export const SAYINGS = [
  'accept-records',
  'amend',
  'approve',
  'cancel',
  'confirm',
  'lift',
  'otp',
  'pause',
  'ready',
  'reject',
  'resend-otp',
  'restore',
  'resume',
  'retry',
  'start',
  'waive',
] as const;
export type Saying = (typeof SAYINGS)[number];

/** The namespace of SSH signatures over statements: one made for anything else proves nothing here. */
export const SIGNED_AS = 'mepm-offboard';

const FORMAT = 'mepm-offboard statement 1';
const time = z.iso.datetime({ precision: 3 });

const StatementSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** Temporal's. */
  namespace: z.string().min(1),
  workflowId: z.string().min(1),
  /** Id of the workflow's first run; of a start, a restore or the lift of an ended run, which come before there is one, a random number that counts once (128 bits, hex). */
  run: z.union([z.strictObject({ first: z.string().min(1) }), z.strictObject({ nonce: z.string().regex(/^[0-9a-f]{32}$/) })]),
  says: z.enum(SAYINGS),
  message: z.record(z.string(), z.json()),
  at: time,
  /** ISO; later than this, by the workflow's time, it is not taken. */
  arriveBy: time,
  /** ISO; later than this nothing is removed on it. */
  validUntil: time,
});
export type Statement = z.infer<typeof StatementSchema>;

/** A proof as it came; undefined for what has not the shape of one. */
export function parseProof(proof: unknown): Proof | undefined {
  return isProof(proof) ? proof : undefined;
}

export const ARRIVES_WITHIN_MS = 15 * 60_000;
const COLLECTOR_PREFIX = 'data-collector:';

/** Where something is said. */
export interface Where {
  namespace: string;
  workflowId: string;
  run: Statement['run'];
}

/** Where a run is, once it has begun. */
export function whereOf(namespace: string, run: string): Where {
  return { namespace, workflowId: workflowIdIn(run), run: { first: firstExecutionIn(run) } };
}

/** The text of what somebody says. `validForMs`: how long it may be acted on. */
export function statementText(where: Where, says: Saying, message: object, now: Date, validForMs: number): string {
  const at = now.getTime();
  const iso = (ms: number) => new Date(ms).toISOString();
  return canonical({
    format: FORMAT,
    ...where,
    says,
    message: stated(message),
    at: iso(at),
    arriveBy: iso(at + ARRIVES_WITHIN_MS),
    validUntil: iso(at + validForMs),
  });
}

/** Undefined for what is no statement in its one form: a second key of a name, say, has no canonical form. */
export function parseStatement(text: string): Statement | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = StatementSchema.safeParse(value);
  return parsed.success && canonical(parsed.data) === text ? parsed.data : undefined;
}

/**
 * A message as a statement tells it: without its proof and without what the journal calls it; a sealed one-time password by its SHA-256, a collector by
 * its own id.
 */
export function stated(message: object): Record<string, Json> {
  const { proof: _, kind: __, sealedOtp, collector, ...rest } = message as Record<string, unknown>;
  return {
    ...(rest as Record<string, Json>),
    ...(typeof sealedOtp === 'string' ? { sealedOtpSha256: sha256(sealedOtp) } : {}),
    ...(typeof collector === 'string'
      ? { collector: collector.startsWith(COLLECTOR_PREFIX) ? collector.slice(COLLECTOR_PREFIX.length) : collector }
      : {}),
  };
}
