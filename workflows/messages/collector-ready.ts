import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { CollectorMessage, CollectorView } from '../../model/messages/collector.ts';
import { requestDeletion } from '../activities.ts';
import type { Run } from '../run.ts';
import { about, alone, collectorAt, settle, viewNow } from './collector.ts';
import { needTexts } from './refusal.ts';

/** Answers where the code went, or what to do by hand. */
export const collectorReady = defineUpdate<CollectorView, [CollectorMessage]>('collectorReady');

export function handleCollectorReady(run: Run): void {
  const find = ({ collector }: CollectorMessage) => collectorAt(run, collector, 'not-ready', 'nothing is to be got ready');
  const validator = (message: CollectorMessage) => {
    needTexts(message, 'collector', 'by');
    find(message);
  };
  const work = (message: CollectorMessage): Promise<CollectorView> => {
    const collector = find(message);
    return alone(run, collector, async () => {
      const asked = await requestDeletion(about(run, collector, message));
      if (asked.kind === 'outcome') settle(run, collector, asked.outcome);
      else if (asked.kind === 'by-hand') run.changeCollector(collector, { stage: 'by-hand' });
      else run.changeCollector(collector, { stage: 'code-sent', challenge: asked.challenge, resends: 0 });
      return viewNow(run, collector);
    });
  };
  const description = 'The person who gets the mail is there; only now is the deletion requested: {collector, by}';
  setHandler(collectorReady, work, { validator, description });
}
