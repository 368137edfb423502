import { OffboardError, undefinedIf } from '../../../model/errors.ts';
import type { RunView } from '../../../model/messages/status.ts';
import { GATES, type Gate } from '../../../model/names.ts';
import { spell, step } from '../../../model/next-step.ts';
import { planHash } from '../../../model/plan.ts';
import { workflowIdIn } from '../../../model/run-name.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { recordsOf } from '../../records/records.ts';
import { WorkersRecords } from '../../records/worker-reader.ts';
import { renderSummary } from '../../render/plan.ts';
import { requireRun, send, viewOf } from '../../run/ask.ts';
import type { Action, Io } from '../../terminal/command.ts';
import { text, personOf, ticketOf, whole, type Values } from '../../terminal/values.ts';
import { ask } from '../../terminal/prompt.ts';
import { withSession, type Session } from '../../run/session.ts';

/** `approve` is the portal's Execute, `reject` its Close. */
export function gateAction(name: 'approve' | 'reject'): Action {
  return {
    async run({ positionals: [run = ''], values, json }, io) {
      const by = personOf(values, io);
      const gate = gateOf(values);
      return await withSession(io, async (session) => {
        await requireRun(session, run);
        const view = await viewOf(session, run);
        const opening = openingOf(values, view);
        if (name === 'approve' && io.interactive) {
          io.err(await beforeAsking(session, view.run, gate, text(values, 'plan-hash'), io));
          await confirmTenant(view.tenantId, io);
        }
        const named = { gate, opening, planHash: text(values, 'plan-hash') };
        const message = { ...named, by, reason: text(values, 'reason'), ...ticketOf(values) };
        await send(session, run, messages[name], message).catch((error: unknown) => {
          throw withoutHash(error);
        });
        io.out(
          json
            ? JSON.stringify({ workflowId: run, [name]: true, gate, opening })
            : `Gate ${gate}, opening ${opening}: ${name === 'approve' ? 'approved' : 'rejected'}.`,
        );
      });
    },
  };
}

/** Which gate is meant. Throws Usage. */
export function gateOf(values: Values): Gate {
  const gate = text(values, 'gate') as Gate;
  if (!GATES.includes(gate)) throw new OffboardError('Usage', `--gate: ${gate} is no gate; write ${GATES.join(' or ')}`);
  return gate;
}

/** Which of its openings: the one that is open where none is named. Throws Usage. */
export function openingOf(values: Values, view: RunView): number {
  const opening = whole(values, 'opening') ?? view.gate?.opening ?? 0;
  if (Number.isNaN(opening)) throw new OffboardError('Usage', '--opening: is not a number; leave it out for the open one');
  return opening;
}

/** What is about to be approved, on one screen; where that is not what the run has, how to read it. */
async function beforeAsking(session: Session, run: string, gate: Gate, hash: string, { program }: Io): Promise<string> {
  const isElsewhere = (error: unknown) => error instanceof OffboardError && error.code === 'RunNotFound';
  const plan = (await recordsOf(new WorkersRecords(session), run).catch(undefinedIf(isElsewhere)))?.plan;
  if (!plan || planHash(plan) !== hash)
    return `The run has no plan with the hash ${hash}: read what you approve first: ${spell(step('plan', workflowIdIn(run)), program)}\n`;
  const history = gate === 'collectors' ? 'Gate collectors: the data collectors go next, and their historic data goes with them.\n' : '';
  return `${renderSummary(plan, hash)}${history}`;
}

/** Whoever approves at a terminal says for which tenant; a script says it by the run's id and the plan's hash. Throws InvalidValue. */
async function confirmTenant(tenantId: string, io: Io): Promise<void> {
  const typed = await ask('Type the id of the tenant that this changes: ', io);
  if (typed.toLowerCase() === tenantId.toLowerCase()) return;
  throw new OffboardError('InvalidValue', `RUN: is of another tenant than the one you typed (${typed}); nothing was decided`);
}

/** The hash stands for having read the plan: whoever typed another one is sent to the plan, and not handed the right one. */
function withoutHash(error: unknown): unknown {
  if (!(error instanceof OffboardError) || error.code !== 'PlanHashMismatch') return error;
  const message = '--plan-hash: is not the hash of the plan that waits; read the plan again and decide about what you read';
  return new OffboardError('PlanHashMismatch', message, { cause: error, next: error.next });
}
