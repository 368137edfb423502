import type { Attack } from './by-statement.ts';
import { code, type Turn } from './in-turn.ts';
import type { Got, Scene } from './scene.ts';

/** What a person said rightly lies in history: whoever may write to the namespace can send it again, without any key. */
export const AGAIN: (Attack & { turn: Turn })[] = [
  ...(['update', 'signal'] as const).map((as) => ({
    name: `resume once more by what lies in history, as ${as === 'update' ? 'an update' : 'a signal'}`,
    tried: 'the ciphertext of the resume before, after another pause',
    turn: 'paused' as const,
    by: ['again'] satisfies Attack['by'],
    expected: /ProofWrong|was said before, and counts once/,
    async act(s: Scene): Promise<Got> {
      await paused(s);
      await s.say('resume', 'resume', { by: s.approver });
      await paused(s);
      return await s.resent('resume', as);
    },
  })),
  {
    name: 'resume in its turn, in the clear, as a signal',
    tried: 'a signal in plain JSON',
    turn: 'paused',
    by: ['plain', 'proof'],
    async act(s) {
      await paused(s);
      return await s.signal('resume', { by: s.approver }, s.outsider);
    },
  },
  {
    name: 'a wrong code once more by what lies in history',
    tried: 'its ciphertext, so that the portal locks the configuration',
    turn: 'code',
    by: ['again'],
    expected: /ProofWrong/,
    async act(s) {
      const got = await s.update('submitOtp', await s.signed('otp', await code(s, '000000')));
      if (!got.endsWith('OtpWrong')) throw new Error(`a wrong code: ${got}`);
      const again = await s.resent('submitOtp');
      return again.endsWith('OtpWrong') ? 'taken: one more try is used up' : again;
    },
  },
];

async function paused(s: Scene): Promise<void> {
  if (!(await s.view()).paused) await s.update('pause', { by: s.other });
}
