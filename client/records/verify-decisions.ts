import { approvalFault } from '../../model/approval.ts';
import type { Approval } from '../../model/decided.ts';
import type { CollectorEvent, JournalRecord } from '../../model/ledger.ts';
import { liftEndedMessage } from '../../model/messages/start.ts';
import { isFromAnybody, sayingOf } from '../../model/messages/index.ts';
import type { Identity } from '../../model/identity/how.ts';
import type { Gate } from '../../model/names.ts';
import { withIdentity, type Policy } from '../../model/policy.ts';
import { quorumOf } from '../../model/quorum.ts';
import { proofVerdict, type Proving, type Said } from '../../model/statement/proof.ts';
import { parseStatement, stated, whereOf, type Proof, type Saying, type Where } from '../../model/statement/statement.ts';
import { noteTaken, takenBefore, type Taken } from '../../model/statement/taken.ts';

/** Between the last look at an approval and the intent the thing is read and judged once more. */
const JUDGED_WITHIN_MS = 15 * 60_000;

/** Events of a collector that answer what a person said, and what that was. */
const SAID_OF_COLLECTOR: Partial<Record<CollectorEvent, Saying>> = {
  ready: 'ready',
  'otp-resent': 'resend-otp',
  'otp-wrong': 'otp',
  'otp-accepted': 'otp',
  'otp-exhausted': 'otp',
  'otp-expired': 'otp',
};

/** Takes in a journal, line by line, and judges what people decided by the policy that was in force at each line. */
export class Decisions {
  readonly #run: string;
  #where: Where;
  #starter: Said = { by: '' };
  #policy: Policy | undefined;
  /** What the run's manifest demands beyond any policy. */
  #demanded: Identity | undefined;
  readonly #taken: Taken = new Map();
  readonly #approvals = new Map<string, Approval[]>();
  /** Whether the run gives things back. */
  restores = false;
  /** Only from quarantine, and why. */
  lifts: { reason: string } | undefined;
  /** Nobody proved who started it, where the policy wants that: so it must have done nothing. */
  #startUnproved = false;
  /** Judged by the policy that is recorded after it. */
  #begun: { at: string; started: Extract<JournalRecord, { type: 'run-started' }> } | undefined;

  constructor(run: string) {
    this.#run = run;
    this.#where = whereOf('', run);
  }

  /** Undefined, or what of the line is not proved. */
  take(at: string, r: JournalRecord): string | undefined {
    if (r.type === 'run-started') {
      this.restores = r.restores !== undefined;
      this.lifts = r.lifts;
      this.#begun = { at, started: r };
      this.#starter = { by: r.startedBy, ...(r.proof ? { proof: r.proof } : {}) };
      this.#demanded = r.identity;
      this.#where = whereOf(r.temporal?.namespace ?? '', this.#run);
    }
    if (r.type === 'policy') {
      this.#policy = withIdentity(r.policy, this.#demanded);
      return this.#unprovedStart();
    }
    if (r.type === 'collector') return this.#unprovedOfCollector(at, r);
    if (r.type === 'intent' && this.#startUnproved) return `${r.item} was begun, and nothing proves who started the run`;
    if (r.type !== 'decision') return undefined;
    const { decision } = r;
    if (decision.kind === 'approve') {
      const key = `${decision.gate} ${decision.planHash}`;
      this.#approvals.set(key, [
        ...(this.#approvals.get(key) ?? []),
        { decision, at, expiresAt: r.expiresAt ?? at, admission: r.admission },
      ]);
    }
    if (!this.#policy || isFromAnybody(decision)) return undefined;
    const proving = { policy: this.#policy, where: this.#where, recordedAt: new Date(at), admission: r.admission };
    const verdict = proofVerdict(sayingOf(decision), decision, proving);
    if (!verdict.ok) return `the decision of ${at} (${decision.kind}, by ${decision.by}) is not proved: ${verdict.message}`;
    if (this.#policy.identity !== 'asserted' && takenBefore(this.#taken, decision.proof, at))
      return `the decision of ${at} (${decision.kind}, by ${decision.by}) rests on a statement that was taken before`;
    noteTaken(this.#taken, decision.proof, at);
    return undefined;
  }

  /** The first policy judges it. A run that was refused since nobody proved who started it has no proof. */
  #unprovedStart(): string | undefined {
    if (!this.#begun || !this.#policy) return undefined;
    const { at, started } = this.#begun;
    this.#begun = undefined;
    const { tenantId, restores, lifts, startedBy: by, nonce = '', proof, admission, manifestHash } = started;
    const where = { ...this.#where, run: { nonce } };
    const proving = { policy: this.#policy, where, recordedAt: new Date(at), admission };
    if (lifts) {
      const verdict = proofVerdict(
        'lift',
        liftEndedMessage({ tenantId, restores: restores ?? '', by, reason: lifts.reason }, proof),
        proving,
      );
      return verdict.ok ? undefined : `the lift of ${at} (by ${by}) is not proved: ${verdict.message}`;
    }
    if (!proof) {
      this.#startUnproved = this.#policy.identity !== 'asserted';
      return undefined;
    }
    const said = restores === undefined ? { by, manifest: manifestHash } : { by, tenantId, restores };
    return this.#notAsSigned(restores === undefined ? 'start' : 'restore', said, proof, proving, `the start of ${at}`);
  }

  /** What was answered to a person who said something of a collector. */
  #unprovedOfCollector(at: string, { event, by = '', collector, proof, admission }: Extract<JournalRecord, { type: 'collector' }>) {
    const says = SAID_OF_COLLECTOR[event];
    if (says === undefined || !this.#policy) return undefined;
    const proving = { policy: this.#policy, where: this.#where, recordedAt: new Date(at), admission };
    return this.#notAsSigned(says, stated({ collector, by }), proof, proving, `what was said of ${collector} at ${at} (${event})`);
  }

  /** Of a message that the journal has not whole: what was signed is proved, and says what the journal has of it. */
  #notAsSigned(says: Saying, said: object, proof: Proof | undefined, proving: Proving, what: string): string | undefined {
    const { message = {} } = (proof && parseStatement(proof.statement)) ?? {};
    const whole = { ...message, ...said, ...(proof ? { proof } : {}) } as Said;
    const verdict = proofVerdict(says, whole, proving);
    return verdict.ok ? undefined : `${what}, by ${whole.by}, is not proved: ${verdict.message}`;
  }

  /** Why approvals of a gate did not cover what was begun at a time; undefined where they did. */
  uncovered(gate: Gate, planHash: string, at: string): string | undefined {
    const approvals = this.#approvals.get(`${gate} ${planHash}`) ?? [];
    if (approvals.length === 0) return `before gate ${gate} approved plan ${planHash}`;
    const faults = approvals.flatMap((approval) => this.#fault(approval, at) ?? []);
    const needed = this.#policy ? quorumOf(this.#policy, gate) : 1;
    if (approvals.length - faults.length >= needed) return undefined;
    return `though gate ${gate} had not the approvals it needs (${needed}): ${faults.join('; ') || approvals.length}`;
  }

  #fault(approval: Approval, at: string): string | undefined {
    const { by } = approval.decision;
    if (Date.parse(at) - Date.parse(approval.expiresAt) > JUDGED_WITHIN_MS) return `that by ${by} had expired (${approval.expiresAt})`;
    const why = this.#policy && approvalFault(approval, this.#policy, this.#where, this.#starter);
    return why === undefined ? undefined : `that by ${by} did not count: ${why}`;
  }
}
