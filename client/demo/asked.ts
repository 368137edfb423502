import { OffboardError } from '../../model/errors.ts';
import { counted } from '../../model/counted.ts';
import { choiceWords, together } from '../../model/choice.ts';
import * as messages from '../../workflows/messages/index.ts';
import type { CollectorView } from '../../model/messages/collector.ts';
import type { RunView } from '../../model/messages/status.ts';
import { send } from '../run/ask.ts';
import type { Io } from '../terminal/command.ts';
import { heldFor, heldNow, setNow } from '../run/item-set.ts';
import { submitOtp } from '../run/submit-otp.ts';
import { recordsOf } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { renderPlan } from '../render/plan.ts';
import type { Session } from '../run/session.ts';
import type { People } from './attend.ts';
import { ask, choose, InputEnded } from '../terminal/prompt.ts';
import type { SandboxClient } from './sandbox-client.ts';

type Gate = NonNullable<RunView['gate']>;

/** What may become of what is held: chosen by its word, never guessed from what somebody types. */
const DECISIONS = {
  waive: 'they stay, each as its guard says, and the run goes on',
  keep: 'they stay and go on working: what they need stays, too',
  leave: 'they stay and may stop working: what they need goes on',
  retry: 'they are tried again',
};

/** A person at the terminal, who plays the approver and the one who gets the mail. */
export function askedPeople(session: Session, approver: string, sandbox: SandboxClient, io: Io): People {
  let shown = '';
  /** Tells what a person needs to know once, not before every try. */
  const once = (key: string, text: string) => {
    if (shown !== key) io.err(text);
    shown = key;
  };

  async function gate({ workflowId, tenantId, gate: open }: RunView, signal: AbortSignal): Promise<void> {
    if (!open) return;
    const { gate: name, opening, planHash } = open;
    once(`${name} ${opening}`, await introduction(open, workflowId));
    const question = `You are ${approver}. To approve gate ${name}, type the tenant id (${tenantId}); to reject it and end the run, type reject: `;
    const typed = (await ask(question, io, signal)).toLowerCase();
    const message = { gate: name, opening, planHash, by: approver };
    if (typed === tenantId.toLowerCase()) await send(session, workflowId, messages.approve, { ...message, reason: 'typed the tenant id' });
    else if (typed === 'reject') await send(session, workflowId, messages.reject, { ...message, reason: 'typed reject' });
    else io.err('  That is neither the tenant id nor "reject". Nothing was decided.\n');
  }

  async function introduction({ gate: name, planHash }: Gate, workflowId: string): Promise<string> {
    if (name === 'collectors') return '\nThe collectors go next: their historic data goes with them.\n';
    const { plan } = await recordsOf(new WorkersRecords(session), workflowId);
    return plan ? `\n${renderPlan(plan, planHash)}\n` : '';
  }

  async function unresolved(view: RunView, signal: AbortSignal): Promise<void> {
    const { workflowId } = view;
    const held = heldNow(view).map((o) => o.item);
    const holds = together(view.unresolved).map(
      (o) =>
        `\nheld: ${o.item}\n  ${o.code ?? o.outcome}: ${o.reason}\n${choiceWords(o)
          .map((w) => `  ${w}\n`)
          .join('')}`,
    );
    once(held.join(' '), holds.join(''));
    const question = `You are ${approver}. What becomes of ${counted(held.length, 'item')}?`;
    const waivable = heldFor('waive', view).length > 0;
    const choices = { retry: DECISIONS.retry };
    const chosen = waivable ? await choose(question, DECISIONS, io, signal) : await choose(question, choices, io, signal);
    if (chosen === undefined) return;
    const items = setNow(chosen === 'retry' ? 'retry' : 'waive', view);
    const reason = await ask(`  Why do you ${chosen}? It stands in the evidence: `, io, signal);
    if (reason === '') io.err('  A reason is needed: it stands in the evidence. Nothing was decided.\n');
    else if (chosen === 'retry') await send(session, workflowId, messages.retry, { items, by: approver, reason });
    else await send(session, workflowId, messages.waive, { items, by: approver, reason, ...(chosen === 'waive' ? {} : { means: chosen }) });
  }

  async function collector({ workflowId }: RunView, { id, recipient: by, stage, challenge }: CollectorView, signal: AbortSignal) {
    if (stage === 'not-ready') {
      const question = `\nYou are ${by}. The deletion of ${id} begins with its one-time password.`;
      const chosen = await choose(question, { ready: 'request the deletion; I am there for its code' }, io, signal);
      if (chosen) await send(session, workflowId, messages.collectorReady, { collector: id, by });
      return;
    }
    const where = `  Sent to ${challenge?.sentTo ?? by}. Read it at ${sandbox.origin}/mail (the certificate is the sandbox's own).\n`;
    once(`${id} ${challenge?.deletionId ?? ''}`, where);
    const code = await ask(`  One-time password for ${id} (or resend): `, io, signal);
    if (code === 'resend') {
      await send(session, workflowId, messages.resendOtp, { collector: id, by });
      io.err('  A fresh code was sent; earlier ones are worthless.\n');
    } else io.err(`  ${(await submitOtp(session, workflowId, id, by, code)).reason}\n`);
  }

  /** Says what was refused; whoever attends the run asks again. */
  const forgiving = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof OffboardError) || error instanceof InputEnded) throw error;
      io.err(`  ${error.message}\n`);
    }
  };
  return {
    gate: (view, signal) => forgiving(gate(view, signal)),
    unresolved: (view, signal) => forgiving(unresolved(view, signal)),
    collector: (view, of, signal) => forgiving(collector(view, of, signal)),
  };
}
