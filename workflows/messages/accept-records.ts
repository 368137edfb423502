import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { AcceptRecordsMessage } from '../../model/messages/accept-records.ts';
import type { RecordsHead } from '../../model/records-head.ts';
import { acceptRecords as goOnFrom } from '../records.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { needTexts, refuse } from './refusal.ts';

export const acceptRecords = defineUpdate<void, [AcceptRecordsMessage]>('acceptRecords');

export function handleAcceptRecords(run: Run): void {
  const validator = (message: AcceptRecordsMessage) => checkMessage(run, message);
  const description = 'Accept that records of the run are lost, and plan anew: {by, reason, from, to}';
  const work = async (message: AcceptRecordsMessage): Promise<void> => {
    await decided(run, { ...message, kind: 'accept-records' }, validator, () => goOnFrom(message.to), message.to);
  };
  setHandler(acceptRecords, work, { validator, description });
}

/** What is accepted is named as it was seen: other records may have been put there since. */
function checkMessage(run: Run, message: AcceptRecordsMessage): void {
  needTexts(message, 'by', 'reason');
  const [waits] = run.waits.of('worker');
  if (!waits?.found || !waits.expected) refuse('NotAllowed', 'acceptRecords: the run waits for no records that could be accepted');
  if (!same(message.from, waits.expected) || !same(message.to, waits.found))
    refuse(
      'OtherRecords',
      `to: are not the records that the run waits for now: number ${waits.found.seq}, ${waits.found.hash}; look at the status again`,
    );
}

function same(a: Partial<RecordsHead> | undefined, b: RecordsHead): boolean {
  return a?.store === b.store && a.seq === b.seq && a.hash === b.hash;
}
