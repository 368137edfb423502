import { OffboardError } from '../../model/errors.ts';
import { isOneOf } from '../../model/one-of.ts';
import { step } from '../../model/next-step.ts';
import { requireRun, viewOf } from '../run/ask.ts';
import { proven } from '../run/prove.ts';
import { withSession, type Session } from '../run/session.ts';
import type { Action } from '../terminal/command.ts';
import { list, personOf, text, ticketOf, type Values } from '../terminal/values.ts';
import { gateOf, openingOf } from './shared/gate.ts';

/** What has a signal of its name, and needs a proof. */
const SIGNALS = ['approve', 'reject', 'lift', 'resume'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Prints a signed message as JSON, to paste into Send a Signal of the Temporal UI, or to send by Temporal's own CLI: the signature makes it safe in the clear.
 */
export const sign: Action = {
  async run({ positionals: [name = '', run = '', ...surplus], values }, io) {
    if (!isOneOf(SIGNALS, name) || run === '' || surplus.length > 0)
      throw new OffboardError('Usage', `sign takes ${SIGNALS.join(', ')}, and a run`, {
        next: [step('sign', 'approve', 'RUN', '--gate', 'plan')],
      });
    const by = personOf(values, io);
    await withSession(io, async (session) => {
      await requireRun(session, run);
      const message = { ...(await contentOf(session, run, name, values)), by };
      const said = await proven(session, run, name, message);
      if (!('proof' in said)) throw new OffboardError('Usage', '--sign-with: is missing; name your SSH key, or sign in: --sign-in');
      io.out(JSON.stringify(said));
    });
  },
};

async function contentOf(session: Session, run: string, name: Signal, values: Values): Promise<object> {
  const reason = text(values, 'reason');
  if (name === 'resume') return {};
  if (reason === '') throw new OffboardError('Usage', '--reason is missing');
  if (name === 'lift') {
    const items = list(values, 'items');
    return { reason, ...(items ? { items } : {}) };
  }
  const planHash = text(values, 'plan-hash');
  if (planHash === '') throw new OffboardError('Usage', '--plan-hash is missing; read the plan first', { next: [step('plan', run)] });
  const gate = gateOf(values);
  return { gate, opening: openingOf(values, await viewOf(session, run)), planHash, reason, ...ticketOf(values) };
}
