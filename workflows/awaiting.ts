import type { OpenGate } from '../model/decision.ts';
import type { Awaiting, CollectorView } from './messages.ts';

/** Pure: whom a run waits for, for what, until when, and the exact command that answers. */

export function awaitingGate(gate: OpenGate, workflowId: string, approvers: string): Awaiting {
  const command = `offboard approve ${workflowId} --gate ${gate.gate} --plan-hash ${gate.planHash} --by NAME --reason TEXT`;
  return { whom: approvers, what: `approval at gate ${gate.gate}`, until: gate.expiresAt, command };
}

/** Nobody can do anything about it but wait, or stop. */
export function awaitingTime({ what, until }: { what: string; until: string }, workflowId: string): Awaiting {
  return { whom: 'nobody', what, until, command: `offboard watch ${workflowId}` };
}

/** Nothing need be done; whoever misses something gives it back. */
export function awaitingQuarantine({ what, until }: { what: string; until: string }, workflowId: string): Awaiting {
  return { whom: 'nobody', what, until, command: `offboard lift ${workflowId} --by NAME --reason TEXT` };
}

/** `amendable`: an amended plan may take the place of the one in force. */
export function awaitingItems(count: number, workflowId: string, approvers: string, until: string, amendable: boolean): Awaiting {
  const command = `offboard waive ${workflowId} --by NAME --reason TEXT   (or: offboard retry …${amendable ? ', offboard amend …' : ''})`;
  return { whom: approvers, what: `a decision about ${count} unresolved ${count === 1 ? 'item' : 'items'}`, until, command };
}

/** What to do next about a collector, and what to type. */
export function awaitingCollector(c: CollectorView, workflowId: string, until: string): Awaiting {
  const by = `--by ${c.recipient}`;
  switch (c.stage) {
    case 'not-ready':
      return {
        whom: c.recipient,
        what: `collector ${c.id}: ready for its one-time password`,
        until,
        command: `offboard ready ${workflowId} ${c.id} ${by}`,
      };
    case 'code-sent':
      return {
        whom: c.recipient,
        what: `collector ${c.id}: one-time password, sent to ${c.challenge?.sentTo ?? 'the mailbox'}`,
        until: c.challenge?.expiresAt ?? until,
        command: `offboard otp ${workflowId} ${c.id} ${by}   (no mail? offboard resend-otp ${workflowId} ${c.id} ${by})`,
      };
    case 'by-hand':
      return c.driver === 'operator'
        ? {
            whom: c.recipient,
            what: `collector ${c.id}: in the Permissions Management portal open Settings, Data Collectors, ${c.id}, ⋯, Delete Configuration, Delete; enter the OTP there; then confirm`,
            until,
            command: `offboard confirm ${workflowId} ${c.id} ${by} --statement "Successfully deleted configuration"`,
          }
        : {
            whom: 'an approver',
            what: `collector ${c.id}: attest that it is gone with the retired portal`,
            until,
            command: `offboard confirm ${workflowId} ${c.id} --by NAME --statement TEXT`,
          };
    case 'settled':
      return { whom: 'nobody', what: `collector ${c.id} is settled`, until, command: '' };
  }
}
