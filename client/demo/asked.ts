import { createInterface } from 'node:readline/promises';
import { OffboardError } from '../../model/errors.ts';
import { waitsForOthers } from '../../model/outcome.ts';
import * as messages from '../../workflows/messages.ts';
import { send } from '../ask.ts';
import type { Io } from '../command.ts';
import { submitOtp } from '../commands/collector.ts';
import { itemSet } from '../commands/decide-items.ts';
import { recordsOf } from '../records.ts';
import { renderPlan } from '../render/plan.ts';
import type { Session } from '../session.ts';
import type { People } from './attend.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** A person at the terminal, who plays the approver and the one who gets the mail. */
export function askedPeople(session: Session, approver: string, sandbox: SandboxClient, env: NodeJS.ProcessEnv, io: Io): People {
  const ask = async (question: string): Promise<string> => {
    const lines = createInterface({ input: io.stdin, output: process.stderr });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  };
  /** Says what was refused and lets the loop ask again. */
  const forgiving = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof OffboardError)) throw error;
      io.err(`  ${error.message}\n`);
    }
  };
  return {
    gate: ({ workflowId, tenantId, gate }) =>
      forgiving(async () => {
        if (!gate) return;
        const { gate: name, opening, planHash } = gate;
        if (name === 'plan') {
          const { plan } = await recordsOf(env, workflowId);
          if (plan) io.err(`\n${renderPlan(plan, planHash)}\n`);
        } else io.err('\nThe collectors go next: their historic data goes with them.\n');
        const typed = await ask(`You are ${approver}. To approve gate ${name}, type the tenant id (${tenantId}); anything else rejects: `);
        const message = { gate: name, opening, planHash, by: approver };
        if (typed === tenantId) await send(session, workflowId, messages.approve, { ...message, reason: 'typed the tenant id' });
        else await send(session, workflowId, messages.reject, { ...message, reason: 'did not type the tenant id' });
      }),
    unresolved: ({ workflowId, unresolved }) =>
      forgiving(async () => {
        const held = unresolved.filter((o) => !waitsForOthers(o)).map((o) => o.item);
        for (const o of unresolved) io.err(`\nheld: ${o.item}\n  ${o.code ?? o.outcome}: ${o.reason}\n`);
        const reason = await ask(`You are ${approver}. Leave ${held.length} item(s) in place? Type the reason, or "retry" to try again: `);
        const items = itemSet(held, undefined);
        if (reason === 'retry') await send(session, workflowId, messages.retry, { items, by: approver, reason: 'asked at the terminal' });
        else if (reason) await send(session, workflowId, messages.waive, { items, by: approver, reason });
      }),
    collector: ({ workflowId }, { id, recipient: by, stage, challenge }) =>
      forgiving(async () => {
        if (stage === 'not-ready') {
          await ask(`\nYou are ${by}. Press Enter when you are ready for the one-time password of ${id}: `);
          await send(session, workflowId, messages.collectorReady, { collector: id, by });
          return;
        }
        io.err(`  Sent to ${challenge?.sentTo ?? by}. Read it at ${sandbox.origin}/mail (the certificate is the sandbox's own).\n`);
        const code = await ask(`  One-time password for ${id} (or "resend"): `);
        if (code === 'resend') await send(session, workflowId, messages.resendOtp, { collector: id, by });
        else io.err(`  ${(await submitOtp(session, workflowId, id, by, code)).reason}\n`);
      }),
  };
}
