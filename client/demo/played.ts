import { setTimeout as sleep } from 'node:timers/promises';
import { OffboardError } from '../../model/errors.ts';
import { counted } from '../../model/counted.ts';
import * as messages from '../../workflows/messages/index.ts';
import { send } from '../run/ask.ts';
import { heldFor, setNow } from '../run/item-set.ts';
import { submitOtp } from '../run/submit-otp.ts';
import type { Session } from '../run/session.ts';
import type { People } from './attend.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** Two named operators: one started the run, the other approves, says to be ready and enters the codes; errs once, has a code resent once. */
export function playedPeople(session: Session, approver: string, sandbox: SandboxClient, tell: (line: string) => void): People {
  let erred = false;
  let resent = false;
  return {
    async gate({ workflowId, gate }) {
      if (!gate) return;
      const { gate: name, opening, planHash } = gate;
      tell(`${approver} approves gate ${name} of plan ${planHash.slice(0, 12)}…`);
      await send(session, workflowId, messages.approve, { gate: name, opening, planHash, by: approver, reason: 'read and found right' });
    },
    async unresolved(view) {
      const { workflowId } = view;
      const ids = heldFor('waive', view).map((o) => o.item);
      for (const o of view.unresolved) tell(`held: ${o.item}: ${o.code ?? o.outcome}: ${o.reason}`);
      if (ids.length === 0) throw new OffboardError('NotClean', `nobody here can mend the sign-in that ${workflowId} waits for`);
      const reason = 'a guard holds it; left in place until its owner has looked at it';
      tell(`${approver} waives ${counted(ids.length, 'held item')}: ${reason}`);
      await send(session, workflowId, messages.waive, { items: setNow('waive', view), by: approver, reason });
    },
    async collector({ workflowId }, collector) {
      const { id, recipient: by } = collector;
      if (collector.stage === 'not-ready') {
        await send(session, workflowId, messages.collectorReady, { collector: id, by });
        tell(`${by} is ready for ${id}; the deletion is requested`);
        return;
      }
      const mail = await sandbox.newestOtp(by);
      if (!mail) return;
      if (!erred) {
        erred = true;
        const wrong = mail.otp === '000000' ? '111111' : '000000';
        await submitOtp(session, workflowId, id, by, wrong).catch((error: unknown) => {
          if (!(error instanceof OffboardError) || error.code !== 'OtpWrong') throw error;
          tell(`${by} enters a wrong code for ${id}: ${error.message}`);
        });
        return;
      }
      if (!resent) {
        resent = true;
        await resend(session, workflowId, id, by);
        tell(`${by} has the code for ${id} sent again`);
        return;
      }
      const outcome = await submitOtp(session, workflowId, id, by, mail.otp);
      tell(`${by} enters the code for ${id}: ${outcome.reason}`);
    },
  };
}

/** Minds the portal's cool-down. */
async function resend(session: Session, workflowId: string, collector: string, by: string): Promise<void> {
  for (;;) {
    try {
      return void (await send(session, workflowId, messages.resendOtp, { collector, by }));
    } catch (error) {
      if (!(error instanceof OffboardError) || error.code !== 'ResendTooSoon') throw error;
      await sleep(500);
    }
  }
}
