import { DELETED_MESSAGE } from '../../model/names.ts';
import { spell, step, type CommandName } from '../../model/next-step.ts';
import type { CollectorView } from '../../model/messages/collector.ts';

/** Where a collector is after a message of `by`, and what that person types next. */
export function renderCollector(view: CollectorView, run: string, by: string, program: string): string {
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
