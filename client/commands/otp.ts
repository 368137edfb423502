import { submitOtp } from '../run/submit-otp.ts';
import { withSession } from '../run/session.ts';
import type { Command } from '../terminal/command.ts';
import { BY, personOf } from '../terminal/values.ts';
import { readSecret } from '../terminal/prompt.ts';

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
    });
  },
};
