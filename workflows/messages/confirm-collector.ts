import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { ConfirmMessage } from '../../model/messages/confirm-collector.ts';
import { needsPerson, type Outcome } from '../../model/outcome.ts';
import { confirmCollector as recordConfirmation } from '../activities.ts';
import type { Run } from '../run.ts';
import { about, alone, blockedWords, collectorAt, settle } from './collector.ts';
import { needTexts, refuse } from './refusal.ts';

export const confirmCollector = defineUpdate<Outcome, [ConfirmMessage]>('confirmCollector');

export function handleConfirmCollector(run: Run): void {
  const find = ({ collector }: ConfirmMessage) => collectorAt(run, collector, 'by-hand', 'it is not deleted by hand');
  const validator = (message: ConfirmMessage) => {
    needTexts(message, 'collector', 'by', 'statement');
    find(message);
  };
  const work = (message: ConfirmMessage): Promise<Outcome> => {
    const collector = find(message);
    return alone(run, collector, async () => {
      const { statement, ticket } = message;
      const outcome = await recordConfirmation({
        ...about(run, collector, message),
        statement,
        ...(ticket === undefined ? {} : { ticket }),
      });
      settle(run, collector, outcome);
      if (needsPerson(outcome.outcome)) refuse('NotWaitingForCollector', `collector: ${collector.id}: ${blockedWords(outcome)}`);
      return outcome;
    });
  };
  const description = 'Confirm or attest that a configuration is deleted: {collector, by, statement}';
  setHandler(confirmCollector, work, { validator, description });
}
