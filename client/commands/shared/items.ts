import { OffboardError } from '../../../model/errors.ts';
import { choiceWords } from '../../../model/choice.ts';
import type { RunView } from '../../../model/messages/status.ts';
import { MEANS, notSignedInWords, type Means } from '../../../model/messages/waive.ts';
import { step } from '../../../model/next-step.ts';
import { mayBeWaived } from '../../../model/sign-in.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { send, viewOf } from '../../run/ask.ts';
import { heldFor, heldNow, itemSet, setNow } from '../../run/item-set.ts';
import type { Action, Io } from '../../terminal/command.ts';
import { ask } from '../../terminal/prompt.ts';
import { list, text, personOf, ticketOf, type Values } from '../../terminal/values.ts';
import { withSession } from '../../run/session.ts';

export function itemsAction(name: 'waive' | 'retry'): Action {
  return {
    async run({ positionals: [run = '', ...named], values, json }, io) {
      const by = personOf(values, io);
      const means = meansOf(values);
      return await withSession(io, async (session) => {
        const view = await viewOf(session, run);
        const known = view.unresolved.map((o) => o.item);
        const items = [...named, ...(list(values, 'items') ?? [])];
        const only = items.length === 0 ? undefined : [...new Set(items)];
        const stranger = only?.find((id) => !known.includes(id));
        if (stranger !== undefined) {
          throw new OffboardError('ItemsMismatch', `--items: ${stranger} is not unresolved; look at what is`, {
            next: [step('status', run)],
          });
        }
        const set = only ? itemSet(only, only) : setNow(name, view);
        if (name === 'waive') refuseNotSignedIn(view, only, set.count);
        const chosen = name === 'waive' && io.interactive && !means.means ? await choose(view, set.only, io) : means;
        const message = { items: set, by, reason: text(values, 'reason'), ...ticketOf(values) };
        const decided =
          name === 'retry'
            ? await send(session, run, messages.retry, message)
            : await send(session, run, messages.waive, { ...message, ...chosen });
        io.out(
          json
            ? JSON.stringify({ workflowId: run, items: decided })
            : `${name === 'waive' ? 'Left in place' : 'Tried again'}: ${decided.join(', ')}`,
        );
      });
    },
  };
}

/** What failed to sign in is no matter of a waiver: said before anybody is asked what it means. */
function refuseNotSignedIn(view: RunView, only: string[] | undefined, count: number): void {
  const asked = only ? view.unresolved.filter((o) => only.includes(o.item)) : heldNow(view);
  const items = asked.filter((o) => !mayBeWaived(o)).map((o) => o.item);
  if (items.length === 0 || (!only && count > 0)) return;
  throw new OffboardError('NotAllowed', notSignedInWords(items), {
    next: [step('amend', view.workflowId, '--by', 'NAME', '--reason', 'TEXT')],
  });
}

/** Which of the two a waiver means, where that was said. Throws Usage for both at once. */
function meansOf(values: Values): { means?: Means } {
  const said = MEANS.filter((m) => values[m] === true);
  if (said.length > 1) throw new OffboardError('Usage', '--keep and --leave: write one of them');
  return said[0] ? { means: said[0] } : {};
}

/** Shows a person what each of the two means for the rest, and asks; what each guard says is the answer to an empty line. */
async function choose(view: RunView, only: string[] | undefined, io: Io): Promise<{ means?: Means }> {
  const waived = only ? view.unresolved.filter((o) => only.includes(o.item)) : heldFor('waive', view);
  io.err(waived.flatMap((o) => [`${o.item}\n  ${o.code ?? o.outcome}: ${o.reason}\n`, ...choiceWords(o).map((w) => `  ${w}\n`)]).join(''));
  const typed = await ask('Type keep or leave, or nothing for what is so unless told otherwise: ', io);
  const means = MEANS.find((m) => m === typed.trim());
  if (means === undefined && typed.trim() !== '')
    throw new OffboardError('Usage', `${typed.trim()}: is neither keep nor leave; nothing was decided`);
  return means ? { means } : {};
}
