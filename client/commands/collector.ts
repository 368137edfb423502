import type { Outcome } from '../../model/outcome.ts';
import { DELETED_MESSAGE } from '../../model/names.ts';
import { spell, step, type CommandName } from '../../model/next-step.ts';
import { OffboardError } from '../../model/errors.ts';
import { seal } from '../../security/sealing.ts';
import * as messages from '../../workflows/messages/index.ts';
import type { CollectorView } from '../../model/messages/collector.ts';
import { requireRun, send, viewOf } from '../run/ask.ts';
import { text, type Command } from '../terminal/command.ts';
import { BY, personOf, TICKET, ticketOf } from '../terminal/person.ts';
import { readSecret } from '../terminal/read-secret.ts';
import { withSession, type Session } from '../run/session.ts';

/** One-time passwords of the portal are digits. */
const OTP = /^\d{4,10}$/;

export const ready: Command = {
  name: 'ready',
  summary: 'Say that you are there for the one-time password of a collector: only now its deletion is requested.',
  positionals: ['RUN', 'COLLECTOR'],
  options: BY,
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io.env, async (session) => {
      const view = await send(session, run, messages.collectorReady, { collector, by });
      io.out(json ? JSON.stringify(view) : told(view, run, by, io.program));
      return 0;
    });
  },
};

export const otp: Command = {
  name: 'otp',
  summary: 'Enter the one-time password from the mail. It is asked for, or read from standard input: never an argument.',
  positionals: ['RUN', 'COLLECTOR'],
  surplus:
    'the one-time password is asked for or read from standard input, never an argument, which other programs and the shell’s history see',
  options: BY,
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    const code = (await readSecret(`One-time password for ${collector}: `, io)).trim();
    return await withSession(io.env, async (session) => {
      const outcome = await submitOtp(session, run, collector, by, code);
      io.out(json ? JSON.stringify(outcome) : `${collector}: ${outcome.reason}`);
      return 0;
    });
  },
};

/** Seals a code to the workers' key and enters it. Throws OtpShape before anything is sent. */
export async function submitOtp(session: Session, run: string, collector: string, by: string, code: string): Promise<Outcome> {
  if (!OTP.test(code)) throw new OffboardError('OtpShape', 'otp: has not the shape of a one-time password; copy its digits from the mail');
  await requireRun(session, run);
  const { otpPublicKey, collectors } = await viewOf(session, run);
  const id = collectors.find((c) => c.id === collector || c.item === collector)?.id ?? collector;
  if (!otpPublicKey) throw new OffboardError('NotWaitingForCollector', 'the run has not begun; no code is awaited');
  return await send(session, run, messages.submitOtp, { collector, by, sealedOtp: await seal(otpPublicKey, code, id) });
}

export const resendOtp: Command = {
  name: 'resend-otp',
  summary: 'Have a fresh one-time password sent.',
  positionals: ['RUN', 'COLLECTOR'],
  options: BY,
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io.env, async (session) => {
      const view = await send(session, run, messages.resendOtp, { collector, by });
      io.out(json ? JSON.stringify(view) : told(view, run, by, io.program));
      return 0;
    });
  },
};

export const confirm: Command = {
  name: 'confirm',
  summary: 'Confirm what the portal said about a collector you deleted by hand, or attest that one is gone with the retired portal.',
  positionals: ['RUN', 'COLLECTOR'],
  options: {
    statement: { type: 'string', needed: true, value: 'TEXT', help: "the portal's words, or what the attestation rests on" },
    ...TICKET,
    ...BY,
  },
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    return await withSession(io.env, async (session) => {
      const outcome = await send(session, run, messages.confirmCollector, {
        collector,
        by,
        statement: text(values, 'statement'),
        ...ticketOf(values),
      });
      io.out(json ? JSON.stringify(outcome) : `${collector}: ${outcome.reason}`);
      return 0;
    });
  },
};

function told(view: CollectorView, run: string, by: string, program: string): string {
  const line = (command: CommandName, ...args: string[]) => spell(step(command, run, ...args), program);
  switch (view.stage) {
    case 'code-sent':
      return `A one-time password was sent to ${view.challenge?.sentTo ?? 'the mailbox'}; it expires at ${view.challenge?.expiresAt ?? '?'}.\nEnter it: ${line('otp', view.id, '--by', by)}`;
    case 'by-hand':
      return `Delete it in the portal, then: ${line('confirm', view.id, '--by', by, '--statement', DELETED_MESSAGE)}`;
    case 'locked':
    case 'settled':
      return `${view.id} is ${view.stage}. Look at the run: ${line('status')}`;
    case 'not-ready':
      return `${view.id} waits for: ${line('ready', view.id, '--by', by)}`;
  }
}
