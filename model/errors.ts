import type { NextStep } from './next-step.ts';

/** Every way a command can be refused, with the exit code the CLI ends with. Documented in docs/exit-codes.md. */
export const EXIT_CODES = {
  /** A fault of the program itself. */
  Internal: 1,
  /** Unknown command or option, missing argument. */
  Usage: 2,
  /** The run ended without having removed everything: leftovers, denied, refused by a precondition, cancelled. */
  NotClean: 3,
  UnreadableFile: 10,
  InvalidYaml: 11,
  UnknownField: 12,
  InvalidValue: 13,
  EmptySelector: 14,
  DuplicateSystem: 15,
  MissingSuccessor: 16,
  InvalidPolicy: 17,
  NoServer: 20,
  NoWorker: 21,
  RunNotFound: 22,
  NoTemporal: 23,
  NoKeys: 24,
  /** A cloud or the portal could not be reached while a person waited. */
  CloudUnavailable: 25,
  /** The records cannot be opened, read or written. */
  NoRecords: 26,
  /** The records were made by a later version of this program. */
  RecordsNewer: 27,
  /** A record or an artifact is not what was written. */
  RecordsDamaged: 28,
  /** The records are not those that the run left: another database, or one that was put back. */
  OtherRecords: 29,
  PlanHashMismatch: 30,
  SelfApproval: 31,
  GateExpired: 32,
  NotAnApprover: 33,
  GateNotOpen: 34,
  ItemsMismatch: 35,
  ReasonMissing: 36,
  TicketMissing: 37,
  /** Nothing is changed now: the manifest's change windows. */
  OutsideWindow: 38,
  OtpShape: 40,
  OtpWrong: 41,
  OtpExhausted: 42,
  OtpExpired: 43,
  ResendTooSoon: 44,
  NotWaitingForCollector: 45,
  ConfirmationWrong: 46,
  EvidenceBroken: 50,
  NotAllowed: 51,
  /** `doctor` found what is to be mended before a run. */
  NotReady: 52,
  /** It is not proved who says it. */
  ProofMissing: 60,
  ProofWrong: 61,
  /** The statement came too late, or counts no longer. */
  ProofLate: 62,
  /** A message was not encrypted for the run that it was sent to. */
  MessageRefused: 63,
  /** A start was not encrypted for its run, or does not hold what a run needs: the run ended before it began. */
  StartRefused: 64,
  /** Somebody answered in the name of a run without being one of its workers. */
  AnswerRefused: 65,
} as const;
export type ErrorCode = keyof typeof EXIT_CODES;

/** A user's mistake or a refusal: one sentence that names the field and the mend, and what may be typed next. Shown without a stack. */
export class OffboardError extends Error {
  readonly code: ErrorCode;
  readonly next: readonly NextStep[];
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; next?: readonly NextStep[] }) {
    super(message, options);
    this.name = 'OffboardError';
    this.code = code;
    this.next = options?.next ?? [];
  }
}

/** Types of failures that activities throw; everything else an activity finds out is a value it returns. */
export const FAILURES = {
  /** A cloud cannot be reached or asks to wait: tried again. */
  cloudUnavailable: 'CloudUnavailable',
  /** The removal is not covered by a recorded approval: never tried again. */
  notAuthorized: 'NotAuthorized',
  /** A decision or message was refused; `details` are its ErrorCode and, where there are any, its next steps. */
  refused: 'Refused',
  /** Input that no try makes right. */
  invalid: 'Invalid',
  /** The records are not those of the run, or cannot be asked; `details[0]` is the RecordsTrouble. The run waits until they are back. */
  records: 'Records',
  /** No worker of the run wrote what came as an activity's answer: it is asked again. */
  forged: 'Forged',
  /** The run ended before it answered a message. */
  endedBefore: 'EndedBefore',
  /** Ours: tried again. */
  fault: 'Fault',
} as const;

/**
 * How one call to a cloud failed, as its classifier judges it. A failure never says that a thing is gone: the wire answers undefined for
 * that. A system that is not found as a whole is blocked with the code `NotFound`. `throttled`: the service is asked too often, and the next call waits its turn.
 */
export type FailureClass =
  | { kind: 'retry'; code: string; message: string; retryAfterMs?: number; throttled?: true }
  | { kind: 'blocked'; code: string; message: string };

/** For a `catch`: an error that `isExpected` makes it undefined, any other goes on. */
export function undefinedIf(isExpected: (error: unknown) => boolean): (error: unknown) => undefined {
  return (error) => {
    if (!isExpected(error)) throw error;
  };
}

/** Always text: of what came over a wire, an SDK makes a message whatever it was. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const told: unknown = error.message;
  return typeof told === 'string' ? told : `${JSON.stringify(told)}`;
}
