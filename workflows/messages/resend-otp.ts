import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { CollectorMessage, CollectorView } from '../../model/messages/collector.ts';
import { resendOtp as haveOtpSent } from '../activities.ts';
import type { Run } from '../run.ts';
import { about, alone, collectorAt, viewNow } from './collector.ts';
import { needTexts, refuse } from './refusal.ts';

export const resendOtp = defineUpdate<CollectorView, [CollectorMessage]>('resendOtp');

/** How many fresh codes one deletion may have sent. */
const MOST_RESENDS = 5;

export function handleResendOtp(run: Run): void {
  const find = ({ collector }: CollectorMessage) => collectorAt(run, collector, 'code-sent', 'no code was sent yet');
  const validator = (message: CollectorMessage) => {
    needTexts(message, 'collector', 'by');
    if (find(message).resends >= MOST_RESENDS) {
      refuse('ResendTooSoon', `collector: ${MOST_RESENDS} codes were sent again already; look into the mailbox's junk folder`);
    }
  };
  const work = (message: CollectorMessage): Promise<CollectorView> => {
    const collector = find(message);
    return alone(run, collector, async () => {
      const challenge = await haveOtpSent(about(run, collector, message));
      // One that was refused does not count: else whoever proves nothing could use up the codes of whom the mailbox belongs to.
      run.changeCollector(collector, { challenge, resends: collector.resends + 1 });
      return viewNow(run, collector);
    });
  };
  setHandler(resendOtp, work, { validator, description: 'Have a fresh one-time password sent: {collector, by}' });
}
