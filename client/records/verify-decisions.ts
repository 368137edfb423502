import { approvalFault } from '../../model/approval.ts';
import type { Approval } from '../../model/decided.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { liftEndedMessage } from '../../model/messages/start.ts';
import { isFromAnybody, sayingOf } from '../../model/messages/index.ts';
import type { Identity } from '../../model/identity/how.ts';
import type { Gate } from '../../model/names.ts';
import { withIdentity, type Policy } from '../../model/policy.ts';
import { quorumOf } from '../../model/quorum.ts';
import { proofVerdict, type Said } from '../../model/statement/proof.ts';
import { whereOf, type Where } from '../../model/statement/statement.ts';

/** Between the last look at an approval and the intent the thing is read and judged once more. */
const JUDGED_WITHIN_MS = 15 * 60_000;

/** Takes in a journal, line by line, and judges what people decided by the policy that was in force at each line. */
export class Decisions {
  readonly #run: string;
  #where: Where;
  #starter: Said = { by: '' };
  #policy: Policy | undefined;
  /** What the run's manifest demands beyond any policy. */
  #demanded: Identity | undefined;
  readonly #approvals = new Map<string, Approval[]>();
  /** Whether the run gives things back. */
  restores = false;
  /** Only from quarantine, and why. */
  lifts: { reason: string } | undefined;
  /** Judged by the policy that is recorded after it. */
  #lift: { at: string; started: Extract<JournalRecord, { type: 'run-started' }> } | undefined;

  constructor(run: string) {
    this.#run = run;
    this.#where = whereOf('', run);
  }

  /** Undefined, or what of the line is not proved. */
  take(at: string, r: JournalRecord): string | undefined {
    if (r.type === 'run-started') {
      this.restores = r.restores !== undefined;
      this.lifts = r.lifts;
      this.#lift = r.lifts && { at, started: r };
      this.#starter = { by: r.startedBy, ...(r.proof ? { proof: r.proof } : {}) };
      this.#demanded = r.identity;
      this.#where = whereOf(r.temporal?.namespace ?? '', this.#run);
    }
    if (r.type === 'policy') {
      this.#policy = withIdentity(r.policy, this.#demanded);
      return this.#unprovedLift();
    }
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
    return verdict.ok ? undefined : `the decision of ${at} (${decision.kind}, by ${decision.by}) is not proved: ${verdict.message}`;
  }

  /** No approval stands before a lift: what its starter said must be proved. */
  #unprovedLift(): string | undefined {
    if (!this.#lift || !this.#policy) return undefined;
    const { at, started } = this.#lift;
    this.#lift = undefined;
    const { tenantId, restores = '', lifts, startedBy: by, nonce = '', proof, admission } = started;
    const message = liftEndedMessage({ tenantId, restores, by, reason: lifts?.reason ?? '' }, proof);
    const where = { ...this.#where, run: { nonce } };
    const verdict = proofVerdict('lift', message, { policy: this.#policy, where, recordedAt: new Date(at), admission });
    return verdict.ok ? undefined : `the lift of ${at} (by ${by}) is not proved: ${verdict.message}`;
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
