import { gateKey } from '../../model/decided.ts';
import type { OpenGate } from '../../model/gate.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Deps } from '../deps.ts';

/** Opens a gate in the journal. A gate that is open already keeps its times. */
export async function openGate(
  deps: Deps,
  { run, gate, opening, planHash, forMs }: Omit<OpenGate, 'openedAt' | 'expiresAt'> & { run: string; forMs: number },
): Promise<OpenGate> {
  const known = (await deps.journal.ledger(run)).gates.get(gateKey(gate, opening));
  if (known) return { gate, opening, planHash: known.planHash, openedAt: known.openedAt, expiresAt: known.expiresAt };
  const now = Date.now();
  const [openedAt, expiresAt] = [new Date(now).toISOString(), new Date(now + forMs).toISOString()];
  const opened: OpenGate = { gate, opening, planHash, openedAt, expiresAt };
  await deps.journal.append(run, { type: 'gate-opened', ...opened });
  deps.log.info({ run, ...opened }, 'gate opened');
  return opened;
}

type Line<T extends JournalRecord['type']> = { run: string } & Omit<Extract<JournalRecord, { type: T }>, 'type'>;

/** Writes down how a gate closed. */
export async function closeGate(deps: Deps, { run, ...gate }: Line<'gate-closed'>): Promise<void> {
  await deps.journal.append(run, { type: 'gate-closed', ...gate });
}

/** Says, in the log and the journal, that a gate still waits. */
export async function remind(deps: Deps, { run, ...reminder }: Line<'reminder'>): Promise<void> {
  await deps.journal.append(run, { type: 'reminder', ...reminder });
  deps.log.warn({ run, ...reminder }, 'a gate still waits for a decision');
}
