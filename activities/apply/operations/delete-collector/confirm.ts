import type { CollectorDecision } from '../../../../model/messages/confirm-collector.ts';
import { DELETED_MESSAGE } from '../../../../model/names.ts';
import { RUN, step as nextStep } from '../../../../model/next-step.ts';
import type { Outcome } from '../../../../model/outcome.ts';
import { recordDecision } from '../../../decide/decision.ts';
import type { Deps } from '../../../deps.ts';
import { refused } from '../../../failures.ts';
import { barred } from '../../work.ts';
import { demandProof, openStep, type CollectorInput } from './step.ts';

/**
 * Records that a person saw the configuration deleted, or attests that it is gone, and the outcome that follows: also that nothing covers it any more, so that
 * it is asked about again.
 */
export async function confirmCollector(deps: Deps, input: CollectorInput & { statement: string; ticket?: string }): Promise<Outcome> {
  const { run, by, statement, ticket, proof, arrivedAt } = input;
  await demandProof(deps, 'confirm', input, { statement, ...(ticket === undefined ? {} : { ticket }) });
  const step = await openStep(deps, input);
  const bar = barred(step.work, step.item);
  if (bar?.code === 'NotAuthorized') throw refused('NotWaitingForCollector', bar.reason);
  if (bar) return await step.record(bar);
  const { driver } = step.item.snapshot as { driver: string };
  if (driver === 'http')
    throw refused('ConfirmationWrong', `collector: ${step.id} is deleted with its one-time password; enter that`, [
      nextStep('otp', RUN, step.id, '--by', 'NAME'),
    ]);
  if (driver === 'operator' && statement !== DELETED_MESSAGE) {
    throw refused('ConfirmationWrong', `statement: is not what the portal says; confirm with "${DELETED_MESSAGE}" once it has said so`);
  }
  const kind = driver === 'operator' ? 'confirm' : 'attest';
  const said = {
    collector: step.item.id,
    by,
    statement,
    ...(ticket === undefined ? {} : { ticket }),
    ...(proof === undefined ? {} : { proof }),
  };
  const decision: CollectorDecision = { kind, ...said };
  await recordDecision(deps, { run, phase: 'data-collection', decision, arrivedAt });
  const reason = `${kind === 'confirm' ? 'confirmed' : 'attested'} by ${by}: ${statement}`;
  return await step.record({ item: step.item.id, outcome: 'removed', reason });
}
