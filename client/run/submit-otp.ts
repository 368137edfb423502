import { OffboardError } from '../../model/errors.ts';
import type { Outcome } from '../../model/outcome.ts';
import { seal } from '../../security/sealing.ts';
import * as messages from '../../workflows/messages/index.ts';
import { requireRun, send, viewOf } from './ask.ts';
import type { Session } from './session.ts';

/** One-time passwords of the portal are digits. */
const OTP = /^\d{4,10}$/;

/** Seals a code to the workers' key and enters it. Throws OtpShape and AnswerRefused before anything is sent. */
export async function submitOtp(session: Session, run: string, collector: string, by: string, code: string): Promise<Outcome> {
  if (!OTP.test(code)) throw new OffboardError('OtpShape', 'otp: has not the shape of a one-time password; copy its digits from the mail');
  await requireRun(session, run);
  const { otpPublicKey, collectors } = await viewOf(session, run);
  const id = collectors.find((c) => c.id === collector || c.item === collector)?.id ?? collector;
  if (!otpPublicKey) throw new OffboardError('NotWaitingForCollector', 'the run has not begun; no code is awaited');
  await session.demandKnown(otpPublicKey);
  return await send(session, run, messages.submitOtp, { collector, by, sealedOtp: await seal(otpPublicKey, code, id) });
}
