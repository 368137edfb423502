import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { FAILURES, type ErrorCode } from '../model/errors.ts';
import { RUN, step, type NextStep } from '../model/next-step.ts';
import type { Outcome } from '../model/outcome.ts';
import { confirmCollector, enterOtp, requestDeletion, resendOtp } from './activities.ts';
import * as messages from './messages.ts';
import type { CollectorView } from './messages.ts';
import { refusalOf } from './refusal.ts';
import type { Run } from './run.ts';
import { checkOtpMessage, collectorAt, needTexts, refuse } from './shapes.ts';

/** How many fresh codes one deletion may have sent. */
const MOST_RESENDS = 5;

/** The messages of phase 3 (guide, "Stop data collection", steps 6 to 10). */
export function handleCollectors(run: Run): void {
  const resends = new Map<string, number>();
  const busy = new Set<string>();
  /** One message at a time for each collector: two codes at once would spend its tries. */
  const alone = async <T>(collector: CollectorView, work: () => Promise<T>): Promise<T> => {
    if (busy.has(collector.item))
      throw failure('NotWaitingForCollector', `collector: ${collector.id} is busy with another message; try again`);
    busy.add(collector.item);
    try {
      return await work();
    } catch (error) {
      throw refusalOf(error);
    } finally {
      busy.delete(collector.item);
      run.show();
    }
  };
  const about = (c: CollectorView, by: string) => ({ run: run.id, planHash: run.planHash, item: c.item, by });

  setHandler(
    messages.collectorReady,
    (message) => {
      const collector = collectorAt(run, message.collector, 'not-ready', 'nothing is to be got ready');
      return alone(collector, async () => {
        if (collector.driver === 'operator') return update(run, { ...collector, stage: 'by-hand' });
        const asked = await requestDeletion(about(collector, message.by));
        resends.set(collector.item, 0);
        if (asked.kind === 'outcome') return settleCollector(run, collector, asked.outcome);
        return update(run, { ...collector, stage: 'code-sent', challenge: asked.challenge });
      });
    },
    {
      validator: (message: messages.CollectorMessage) => {
        needTexts(message, 'collector', 'by');
        collectorAt(run, message.collector, 'not-ready', 'nothing is to be got ready');
      },
      description: 'The person who gets the mail is there; only now is the deletion requested: {collector, by}',
    },
  );

  setHandler(
    messages.submitOtp,
    (message) => {
      const collector = collectorAt(run, message.collector, 'code-sent', 'no code is awaited');
      return alone(collector, () => submit(run, collector, message));
    },
    {
      validator: (message: messages.OtpMessage) => checkOtpMessage(run, message),
      description: 'Enter the one-time password, sealed to the workers’ key: {collector, sealedOtp, by}',
    },
  );

  setHandler(
    messages.resendOtp,
    (message) => {
      const collector = collectorAt(run, message.collector, 'code-sent', 'no code was sent yet');
      return alone(collector, async () => {
        resends.set(collector.item, (resends.get(collector.item) ?? 0) + 1);
        const challenge = await resendOtp(about(collector, message.by));
        return update(run, { ...collector, challenge });
      });
    },
    {
      validator: (message: messages.CollectorMessage) => {
        needTexts(message, 'collector', 'by');
        const collector = collectorAt(run, message.collector, 'code-sent', 'no code was sent yet');
        if ((resends.get(collector.item) ?? 0) >= MOST_RESENDS) {
          refuse('ResendTooSoon', `collector: ${MOST_RESENDS} codes were sent again already; look into the mailbox's junk folder`);
        }
      },
      description: 'Have a fresh one-time password sent: {collector, by}',
    },
  );

  setHandler(
    messages.confirmCollector,
    (message) => {
      const collector = collectorAt(run, message.collector, 'by-hand', 'it is not deleted by hand');
      return alone(collector, async () => {
        const outcome = await confirmCollector({
          ...about(collector, message.by),
          statement: message.statement,
          ...(message.ticket === undefined ? {} : { ticket: message.ticket }),
        });
        settleCollector(run, collector, outcome);
        return outcome;
      });
    },
    {
      validator: (message: messages.ConfirmMessage) => {
        needTexts(message, 'collector', 'by', 'statement');
        collectorAt(run, message.collector, 'by-hand', 'it is not deleted by hand');
      },
      description: 'Confirm or attest that a configuration is deleted: {collector, by, statement}',
    },
  );
}

async function submit(run: Run, collector: CollectorView, { by, sealedOtp }: messages.OtpMessage): Promise<Outcome> {
  const result = await enterOtp({ run: run.id, planHash: run.planHash, item: collector.item, by, sealedOtp });
  switch (result.kind) {
    case 'deleted':
      settleCollector(run, collector, result.outcome);
      return result.outcome;
    case 'wrong':
      if (collector.challenge) update(run, { ...collector, challenge: { ...collector.challenge, attemptsLeft: result.attemptsLeft } });
      throw failure(
        'OtpWrong',
        `otp: is not the code that was sent; ${result.attemptsLeft} tries are left; a fresh one can be sent`,
        step('resend-otp', RUN, collector.id, '--by', by),
      );
    case 'expired':
      reset(run, collector);
      throw failure(
        'OtpExpired',
        'otp: the code has expired; say again that you are ready for a fresh one',
        step('ready', RUN, collector.id, '--by', by),
      );
    case 'blocked':
      settleCollector(run, collector, result.outcome);
      throw failure(result.outcome.code === 'OtpExhausted' ? 'OtpExhausted' : 'NotWaitingForCollector', `otp: ${result.outcome.reason}`);
  }
}

function update(run: Run, collector: CollectorView): CollectorView {
  run.collectors.set(collector.item, collector);
  return collector;
}

function reset(run: Run, { challenge: _, ...collector }: CollectorView): CollectorView {
  return update(run, { ...collector, stage: 'not-ready' });
}

function settleCollector(run: Run, { challenge: _, ...collector }: CollectorView, outcome: Outcome): CollectorView {
  run.record('data-collection', [outcome]);
  return update(run, { ...collector, stage: 'settled' });
}

function failure(code: ErrorCode, message: string, ...next: NextStep[]): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FAILURES.refused, code, next);
}
