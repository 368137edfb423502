import { submitOtp } from '../run/submit-otp.ts';
import { withSession } from '../run/session.ts';
import type { Action } from '../terminal/command.ts';
import { personOf } from '../terminal/values.ts';
import { readSecret } from '../terminal/prompt.ts';

export const otp: Action = {
  async run({ positionals: [run = '', collector = ''], values, json }, io) {
    const by = personOf(values, io);
    const code = (await readSecret(`One-time password for ${collector}: `, io)).trim();
    return await withSession(io, async (session) => {
      const outcome = await submitOtp(session, run, collector, by, code);
      io.out(json ? JSON.stringify(outcome) : `${collector}: ${outcome.reason}`);
    });
  },
};
