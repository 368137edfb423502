import { gateKey } from '../../model/decided.ts';
import type { OpenGate } from '../../model/gate.ts';
import type { JournalRecord, Ledger } from '../../model/ledger.ts';
import { samePerson } from '../../model/identity/person.ts';
import type { Manifest } from '../../model/manifest.ts';
import { spell, step } from '../../model/next-step.ts';
import { effectivePolicy } from '../../model/policy.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import type { Deps } from '../deps.ts';
import type { Notice } from '../notify.ts';
import { notAuthorized } from '../failures.ts';
import { readEarly } from '../records/plans.ts';

/**
 * Opens a gate in the journal, once the plan it is about is in force. A gate that is open already keeps its times. A reset counts openings anew: what was decided at one of before
 * decides nothing, and the gate is opened for the next time.
 */
export async function openGate(
  deps: Deps,
  { run, gate, opening: asked, planHash, forMs }: Omit<OpenGate, 'openedAt' | 'expiresAt'> & { run: string; forMs: number },
): Promise<OpenGate & Told> {
  const ledger = await deps.journal.ledger(run);
  const before = [...ledger.gates.values()].filter((g) => g.gate === gate && g.opening >= asked);
  const known = before.findLast((g) => g.planHash === planHash && g.outcome === undefined && !g.decided);
  if (known) return { gate, opening: known.opening, planHash, openedAt: known.openedAt, expiresAt: known.expiresAt };
  demandOpenable(ledger, { gate, opening: asked, planHash });
  const opening = Math.max(asked, ...before.map((g) => g.opening + 1));
  const now = Date.now();
  const [openedAt, expiresAt] = [new Date(now).toISOString(), new Date(now + forMs).toISOString()];
  const opened: OpenGate = { gate, opening, planHash, openedAt, expiresAt };
  await deps.journal.append(run, { type: 'gate-opened', ...opened });
  readEarly(deps, ledger);
  return { ...opened, ...(await tell(deps, run, 'opened', opened)) };
}

/** Throws NotAuthorized. */
function demandOpenable(ledger: Ledger, { gate, opening, planHash }: Pick<OpenGate, 'gate' | 'opening' | 'planHash'>): void {
  const refuse = (why: string): never => {
    throw notAuthorized(`gate ${gate}, opening ${opening}, is not opened: ${why}`);
  };
  if (ledger.planHash !== planHash) refuse('that plan is not in force');
  if ((gate === 'restore') !== (ledger.restores !== undefined)) refuse('a run of this sort has no such gate');
}

type Line<T extends JournalRecord['type']> = { run: string } & Omit<Extract<JournalRecord, { type: T }>, 'type'>;

/** Writes down how a gate closed: as approved only where its approval stands in the journal. */
export async function closeGate(deps: Deps, { run, ...gate }: Line<'gate-closed'>): Promise<Told> {
  const known = await openIn(deps, run, gate);
  if (known.outcome === gate.outcome) return {};
  if (known.outcome !== undefined) throw notAuthorized(`gate ${gate.gate}, opening ${gate.opening}, has closed before (${known.outcome})`);
  if (gate.outcome !== 'expired' && gate.outcome !== known.decided)
    throw notAuthorized(`gate ${gate.gate}, opening ${gate.opening}: nobody decided that it is ${gate.outcome}`);
  await deps.journal.append(run, { type: 'gate-closed', ...gate });
  return gate.outcome === 'expired' ? await tell(deps, run, 'expired', known) : {};
}

/** Says to people, and in the journal, that a gate still waits. */
export async function remind(deps: Deps, { run, ...reminder }: Line<'reminder'>): Promise<Told> {
  const known = await openIn(deps, run, reminder);
  if (known.outcome !== undefined || known.decided) return {};
  await deps.journal.append(run, { type: 'reminder', ...reminder });
  return await tell(deps, run, reminder.stage, known);
}

/** What came of telling people: why nobody could be told. */
export interface Told {
  untold?: string;
}

/** Failing, it holds nothing up: a run shows that nobody was told. */
async function tell(deps: Deps, run: string, event: Notice['event'], { gate, opening, planHash, expiresAt }: OpenGate): Promise<Told> {
  const { startedBy = '', manifest } = await deps.journal.ledger(run);
  const { approvers, fourEyes } = effectivePolicy(deps.policy, await deps.artifacts.kept<Manifest>(manifest ?? ''));
  const read = spell(step('plan', workflowIdIn(run)));
  const asked = approvers.filter((a) => !(fourEyes && samePerson(a, startedBy)));
  const untold = await deps.notify({ event, run, gate, opening, planHash, until: expiresAt, approvers: asked, read });
  return untold === undefined ? {} : { untold };
}

/** A gate that was opened. Throws NotAuthorized. */
async function openIn(deps: Deps, run: string, { gate, opening }: Pick<OpenGate, 'gate' | 'opening'>) {
  const known = (await deps.journal.ledger(run)).gates.get(gateKey(gate, opening));
  if (!known) throw notAuthorized(`gate ${gate}, opening ${opening}, was not opened`);
  return known;
}
