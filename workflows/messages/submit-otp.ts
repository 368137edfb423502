import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { OtpMessage } from '../../model/messages/submit-otp.ts';
import { RUN, step } from '../../model/next-step.ts';
import { OTP_EXHAUSTED, type Outcome } from '../../model/outcome.ts';
import type { CollectorWaiting } from '../../model/waiting.ts';
import { enterOtp } from '../activities.ts';
import type { Run } from '../run.ts';
import { about, alone, blockedWords, collectorAt, settle } from './collector.ts';
import { needTexts, refusal, refuse } from './refusal.ts';

/** Refused (Refused, OtpWrong …) when the code is not accepted. There is no signal of it and no plain form. */
export const submitOtp = defineUpdate<Outcome, [OtpMessage]>('submitOtp');

/** A compact JWE has five parts; anything else may be a code in clear text, which must not reach history. */
const SEALED = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

export function handleSubmitOtp(run: Run): void {
  const find = ({ collector }: OtpMessage) =>
    collectorAt(run, collector, 'code-sent', 'no code was sent for it; say first that you are ready');
  const validator = (message: OtpMessage) => {
    needTexts(message, 'collector', 'by', 'sealedOtp');
    if (!SEALED.test(message.sealedOtp)) {
      const next = step('otp', RUN, message.collector);
      refuse('OtpShape', 'sealedOtp: is not sealed; seal the code to the workers’ key, as the CLI does', next);
    }
    find(message);
  };
  const work = (message: OtpMessage): Promise<Outcome> => {
    const collector = find(message);
    return alone(run, collector, () => submit(run, collector, message));
  };
  const description = 'Enter the one-time password, sealed to the workers’ key: {collector, sealedOtp, by}';
  setHandler(submitOtp, work, { validator, description });
}

async function submit(run: Run, collector: CollectorWaiting, message: OtpMessage): Promise<Outcome> {
  const { by, sealedOtp } = message;
  const result = await enterOtp({ ...about(run, collector, message), sealedOtp });
  switch (result.kind) {
    case 'deleted':
      settle(run, collector, result.outcome);
      return result.outcome;
    case 'wrong': {
      const { challenge, id } = collector;
      if (challenge) run.changeCollector(collector, { challenge: { ...challenge, attemptsLeft: result.attemptsLeft } });
      const more = `${result.attemptsLeft === 1 ? '1 try is' : `${result.attemptsLeft} tries are`} left; a fresh one can be sent`;
      throw refusal('OtpWrong', `otp: is not the code that was sent; ${more}`, step('resend-otp', RUN, id, '--by', by));
    }
    case 'expired':
      run.changeCollector(collector, { stage: 'not-ready' });
      throw refusal(
        'OtpExpired',
        'otp: the code has expired; say again that you are ready for a fresh one',
        step('ready', RUN, collector.id, '--by', by),
      );
    case 'blocked': {
      settle(run, collector, result.outcome);
      const [asked] = run.waits.of('items');
      const code = result.outcome.code === OTP_EXHAUSTED ? 'OtpExhausted' : 'NotWaitingForCollector';
      throw refusal(code, `otp: ${blockedWords(result.outcome)}`, ...(asked?.next ?? []));
    }
  }
}
