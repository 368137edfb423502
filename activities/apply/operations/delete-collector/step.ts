import { refusalToRemove } from '../../../../model/approval.ts';
import type { FailureClass } from '../../../../model/errors.ts';
import type { CollectorEvent, JournalRecord } from '../../../../model/ledger.ts';
import type { Outcome } from '../../../../model/outcome.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { PAUSED } from '../../../../model/messages/collector.ts';
import { RUN, step as nextStep } from '../../../../model/next-step.ts';
import { isOpen, nextOpening } from '../../../../model/window.ts';
import { saidBySame, type Said } from '../../../../model/statement/proof.ts';
import type { Proof, Saying } from '../../../../model/statement/statement.ts';
import { proved } from '../../../decide/prove.ts';
import type { Deps } from '../../../deps.ts';
import { cloudUnavailable, failureMessage, notAuthorized, refused } from '../../../failures.ts';
import { nativeIdOf } from '../../../kind.ts';
import type { PortalApi } from '../../../portal/wire/clients.ts';
import { heldBack, judgeRemoval } from '../remove.ts';
import { judge } from '../../engine.ts';
import { blocked, intentOf, type Operation } from '../../operation.ts';
import { SecondLook } from '../../second-look/second-look.ts';
import { append, openWork, recordOutcome, type Work } from '../../work.ts';

/**
 * Deletes a collector configuration (guide, "Stop data collection"). Its one-time password goes to a person, so the call is in steps, each an
 * activity: request, resend, enter; where no cloud can be asked a person confirms instead. Somebody waits for each step: nothing is repeated
 * within one. No restore is its opposite, since nothing brings a configuration back.
 */
const DELETE_COLLECTOR: Operation = {
  refusal: refusalToRemove,
  held: (item, { plan, ledger }) => heldBack(item, plan, ledger),
  judgedAgain: true,
  intent: intentOf,
  judge: judgeRemoval,
};

export interface CollectorInput {
  run: string;
  planHash: string;
  /** Item id, `data-collector:<id>`. */
  item: string;
  by: string;
  proof?: Proof;
  /** When the message came, by the workflow's time, in ISO. */
  arrivedAt: string;
}

/** One step of a deletion: its item, and what it may do with it. */
export interface Step {
  work: Work;
  item: PlanItem;
  /** The portal's id of the configuration. */
  id: string;
  connect(): Promise<PortalApi>;
  /** What is deleted must be what was approved: read again before each call that deletes. */
  judge(portal: PortalApi): Promise<Outcome | 'call'>;
  note(event: CollectorEvent, more?: { detail?: string; deletionId?: string } & SaidOfCollector): Promise<void>;
  record(outcome: Outcome): Promise<Outcome>;
}

/** Throws NotAuthorized for a run, plan or collector that the journal does not know. */
export async function openStep(deps: Deps, { by, ...input }: CollectorInput): Promise<Step> {
  const work = await openWork(deps, input, DELETE_COLLECTOR);
  const item = work.plan.items.find((i) => i.id === input.item && i.kind === 'data-collector');
  if (!item) throw notAuthorized(`${input.item} is no collector of the plan`);
  const cloud = deps.clouds.portal;
  const { ledger, known, manifest } = work;
  const step: Step = {
    work,
    item,
    id: nativeIdOf(item),
    connect: async () => (await cloud.connect(item.system, { manifest })) as PortalApi,
    async judge(api) {
      const look = new SecondLook(work);
      const judged = await judge(work.operation, item, {
        cloud,
        api,
        ledger,
        known,
        settle: manifest.waits.settle,
        stopping: AbortSignal.abort(),
        again: (one, anew) => look.judge(one, undefined, anew),
      });
      if (!judged.ok) return blockedBy(step, judged.failure);
      return judged.value === 'as-wanted' ? 'call' : judged.value;
    },
    note: (event, more = {}) => append(work, { type: 'collector', collector: item.id, event, by, ...more }),
    record: (outcome) => recordOutcome(work, item, outcome),
  };
  return step;
}

/** What proves who said something of a collector; nothing where names are asserted. */
export type SaidOfCollector = Pick<Extract<JournalRecord, { type: 'collector' }>, 'proof' | 'admission' | 'arrivedAt'>;

/** Demands that it is proved who says this of a collector; `more`: what else the message says. Throws Refused. */
export async function demandProof(
  deps: Deps,
  says: Saying,
  { run, item, by, proof, arrivedAt }: CollectorInput,
  more: object = {},
): Promise<SaidOfCollector> {
  const message = { collector: item, by, ...(proof === undefined ? {} : { proof }), ...more };
  const { verdict, ...asked } = await proved(deps, run, says, message, arrivedAt);
  if (!verdict.ok) throw refused(verdict.code, verdict.message);
  return { ...(proof ? { proof, arrivedAt } : {}), ...asked };
}

/** Where the policy wants another person for the code than whoever approved. Throws Refused. */
export function demandAnother({ policy }: Deps, { ledger }: Work, said: Said): void {
  if (policy.codeByAnother !== true) return;
  const approvals = [...ledger.gates.values()].flatMap((g) => g.approvals ?? []);
  if (!approvals.some((a) => saidBySame(a.decision, said))) return;
  throw refused(
    'NotAllowed',
    `by: ${said.by} approved a gate of this run, and the worker's policy wants the code entered by another person`,
  );
}

/** Throws CloudUnavailable where a try more may help. */
export function blockedBy({ item }: Step, failure: FailureClass): Outcome {
  if (failure.kind === 'retry') throw cloudUnavailable(failure.message, failure.retryAfterMs);
  return blocked(item, failure.code, failureMessage(failure));
}

/** A deletion is a change; what a person saw or attests is recorded at any time. Throws Refused outside of change windows, and while the run is paused. */
export function demandChangeTime({ work: { manifest, ledger } }: Step): void {
  if (ledger.stopped) throw refused('NotWaitingForCollector', PAUSED, [nextStep('resume', RUN, '--by', 'NAME')]);
  const now = new Date();
  if (isOpen(manifest.windows, now)) return;
  const next = nextOpening(manifest.windows, now)?.toISOString() ?? 'never';
  throw refused('OutsideWindow', `windows: nothing is changed now; the next change window opens at ${next}`);
}

/** The deletion whose code is awaited, as the journal knows it: a caller could name that of another configuration. */
export function deletionOf({ work, item, id }: Step): string {
  const deletionId = work.ledger.deletions.get(item.id);
  if (deletionId === undefined) throw refused('NotWaitingForCollector', `collector: ${id}: no deletion was requested`);
  return deletionId;
}
