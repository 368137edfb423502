import { randomInt, randomUUID } from 'node:crypto';
import { DELETED_MESSAGE } from '../../model/names.ts';
import type { ObjectOf } from '../objects.ts';
import { Refusal, sameSecret, type SandboxContext } from '../service.ts';
import { deliver } from './mail.ts';

const OTP_VALID_MS = 10 * 60_000;
const RESEND_COOL_DOWN_MS = 2_000;
const ATTEMPTS = 3;

export type Collector = ObjectOf<'portal-collector'>;

/** A deletion that waits for its one-time password. */
interface Deletion {
  id: string;
  collectorId: string;
  recipient: string;
  otp: string;
  sentAt: number;
  expiresAt: number;
  attemptsLeft: number;
}

/** What the portal tells of an open deletion: never the code. */
export interface OpenDeletion {
  deletionId: string;
  sentTo: string;
  expiresAt: string;
  attemptsLeft: number;
}

type PortalErrorCode = 'NotFound' | 'BadRequest' | 'WrongOtp' | 'TooManyAttempts' | 'OtpExpired' | 'ResendTooSoon';

/** A refusal of the portal. `retryAfterSeconds` goes to the Retry-After header. */
export class PortalError extends Refusal {
  readonly attemptsLeft: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, code: PortalErrorCode, message: string, more: { attemptsLeft?: number; retryAfterSeconds?: number } = {}) {
    super(status, code, message);
    this.attemptsLeft = more.attemptsLeft;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** The collector with this id; 404 once it is deleted. */
export function collector(context: SandboxContext, id: string): Collector {
  const found = context.store.list('portal-collector').find((c) => c.id === id);
  if (!found) throw new PortalError(404, 'NotFound', `there is no data collector ${id}`);
  return found;
}

/** Opens a deletion and mails its code; while one is open (not expired, attempts left) that one is answered again. */
export function requestDeletion(context: SandboxContext, collectorId: string): OpenDeletion {
  const { name, recipient } = collector(context, collectorId);
  const all = deletions(context);
  const now = context.now().getTime();
  const open = Object.values(all).find((d) => d.collectorId === collectorId && d.attemptsLeft > 0 && d.expiresAt > now);
  if (open) return shown(open);
  for (const old of Object.values(all)) if (old.collectorId === collectorId) delete all[old.id];
  const deletion: Deletion = { id: randomUUID(), collectorId, recipient, attemptsLeft: ATTEMPTS, ...freshCode(context) };
  all[deletion.id] = deletion;
  mail(context, deletion, name);
  return shown(deletion);
}

/** Mails a fresh code and forgets the old one. Wrong attempts made so far still count. */
export function resendOtp(context: SandboxContext, deletionId: string): OpenDeletion {
  const deletion = find(context, deletionId);
  if (deletion.attemptsLeft === 0) throw tooManyAttempts();
  const wait = deletion.sentAt + RESEND_COOL_DOWN_MS - context.now().getTime();
  if (wait > 0)
    throw new PortalError(429, 'ResendTooSoon', 'a code was sent a moment ago; wait for it', { retryAfterSeconds: Math.ceil(wait / 1000) });
  Object.assign(deletion, freshCode(context));
  mail(context, deletion, collector(context, deletion.collectorId).name);
  return shown(deletion);
}

/** Deletes the configuration when the code is right; three wrong ones end this deletion, and a new one must be requested. */
export function enterOtp(context: SandboxContext, deletionId: string, otp: string): typeof DELETED_MESSAGE {
  const deletion = find(context, deletionId);
  if (deletion.attemptsLeft === 0) throw tooManyAttempts();
  if (deletion.expiresAt <= context.now().getTime())
    throw new PortalError(410, 'OtpExpired', 'the one-time password has expired; select Resend OTP');
  if (!/^\d{6}$/.test(otp)) throw new PortalError(400, 'BadRequest', 'otp has 6 digits');
  if (!sameSecret(otp, deletion.otp)) {
    deletion.attemptsLeft -= 1;
    context.store.save();
    if (deletion.attemptsLeft === 0) throw tooManyAttempts();
    throw new PortalError(400, 'WrongOtp', 'the one-time password is wrong', { attemptsLeft: deletion.attemptsLeft });
  }
  const gone = collector(context, deletion.collectorId);
  delete deletions(context)[deletion.id];
  context.store.remove(gone, context.now());
  return DELETED_MESSAGE;
}

/** The open deletion with this id, for the page that asks for the code. */
export function openDeletion(context: SandboxContext, deletionId: string): OpenDeletion & { collectorId: string } {
  const deletion = find(context, deletionId);
  return { ...shown(deletion), collectorId: deletion.collectorId };
}

function find(context: SandboxContext, deletionId: string): Deletion {
  const deletion = deletions(context)[deletionId];
  if (!deletion) throw new PortalError(404, 'NotFound', 'there is no such deletion; request one');
  return deletion;
}

function deletions(context: SandboxContext): Record<string, Deletion> {
  return context.store.slot<Record<string, Deletion>>('portal-deletions', {});
}

function freshCode(context: SandboxContext): Pick<Deletion, 'otp' | 'sentAt' | 'expiresAt'> {
  const sentAt = context.now().getTime();
  return { otp: String(randomInt(1_000_000)).padStart(6, '0'), sentAt, expiresAt: sentAt + OTP_VALID_MS };
}

function tooManyAttempts(): PortalError {
  return new PortalError(403, 'TooManyAttempts', 'three wrong one-time passwords; request the deletion again', { attemptsLeft: 0 });
}

function mail(context: SandboxContext, deletion: Deletion, name: string): void {
  deliver(context, {
    to: deletion.recipient,
    subject: 'Your one-time password to delete a data collector configuration',
    text:
      `Someone asked to delete the configuration of the data collector "${name}" in Permissions Management.\n\n` +
      `One-time password: ${deletion.otp}\n\nIt is valid until ${new Date(deletion.expiresAt).toISOString()}. ` +
      'If you did not ask for this, ignore this mail: nothing is deleted without the code.',
  });
}

function shown(deletion: Deletion): OpenDeletion {
  return {
    deletionId: deletion.id,
    sentTo: deletion.recipient.replace(/^(.)[^@]*/, '$1***'),
    expiresAt: new Date(deletion.expiresAt).toISOString(),
    attemptsLeft: deletion.attemptsLeft,
  };
}
