import { gateKey } from '../../model/decided.ts';
import type { OpenGate } from '../../model/gate.ts';
import type { Gate } from '../../model/names.ts';
import type { Deps } from '../deps.ts';

export type OpenGateInput = { run: string; gate: Gate; opening: number; planHash: string; forMs: number };

/** Opens a gate in the journal. A gate that is open already keeps its times. */
export async function openGate(deps: Deps, { run, gate, opening, planHash, forMs }: OpenGateInput): Promise<OpenGate> {
  const known = deps.journal.ledger(run).gates.get(gateKey(gate, opening));
  if (known) return { gate, opening, planHash: known.planHash, openedAt: known.openedAt, expiresAt: known.expiresAt };
  const now = Date.now();
  const opened: OpenGate = {
    gate,
    opening,
    planHash,
    openedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + forMs).toISOString(),
  };
  await deps.journal.append(run, { type: 'gate-opened', ...opened });
  deps.log.info({ run, ...opened }, 'gate opened');
  return opened;
}

export interface CloseGateInput {
  run: string;
  gate: Gate;
  opening: number;
  outcome: 'approved' | 'rejected' | 'expired';
}

/** Writes down how a gate closed. */
export async function closeGate(deps: Deps, { run, ...gate }: CloseGateInput): Promise<void> {
  await deps.journal.append(run, { type: 'gate-closed', ...gate });
}

export interface RemindInput {
  run: string;
  gate: Gate;
  opening: number;
  stage: 'reminder' | 'escalation';
}

/** Says, in the log and the journal, that a gate still waits. */
export async function remind(deps: Deps, { run, ...reminder }: RemindInput): Promise<void> {
  await deps.journal.append(run, { type: 'reminder', ...reminder });
  deps.log.warn({ run, ...reminder }, 'a gate still waits for a decision');
}
