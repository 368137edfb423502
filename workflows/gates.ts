import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { GateOutcome } from '../model/gate.ts';
import { BEHIND_COLLECTORS, PHASES, type Gate, type Phase } from '../model/names.ts';
import { gateWaiting } from '../model/waiting.ts';
import { closeGate, openGate, remind } from './activities.ts';
import { idle } from './carry-out.ts';
import type { Run, StepOutcome } from './run.ts';

/** "Once onboarded to our recommended partner and/or any other vendor, customers can initiate offboarding": a person says so, to a plan. */
export async function approvePlan(run: Run): Promise<StepOutcome> {
  run.enter('plan');
  return await passGate(run, 'plan');
}

/** After the pilot's soak time, before the rest: what broke shows in days, not in minutes. An amended plan after a go-ahead soaks no more. */
export async function approveWave(run: Run): Promise<StepOutcome> {
  if (run.openings.wave === 0 && plans(run, PHASES)) await idle(run, 'soak', run.terms.soak);
  return await passGate(run, 'wave');
}

/** Before collectors go: their historic data goes with them. */
export async function approveCollectors(run: Run): Promise<StepOutcome> {
  run.enter('data-collection');
  return await passGate(run, 'collectors', BEHIND_COLLECTORS);
}

/** Before anything is given back: what comes back may hold rights over everything. */
export async function approveRestore(run: Run): Promise<StepOutcome> {
  run.enter('plan');
  return await passGate(run, 'restore');
}

/** What was approved counts no longer: the same plan is asked about once more, at the next opening of its gate. One gate is open at a time. */
export async function askAgain(run: Run, gate: Gate): Promise<StepOutcome> {
  return await passGate(run, gate);
}

/**
 * Opens a gate and waits for a decision, where the plan has items in the phases behind it. Silence never approves: a reminder, an
 * escalation, then the gate closes as denied.
 */
async function passGate(run: Run, gate: Gate, behind: readonly Phase[] = PHASES): Promise<StepOutcome> {
  if (!plans(run, behind)) return 'done';
  const waits = run.terms.waits;
  run.gateOutcome = undefined;
  const asked = { gate, opening: run.openings[gate] + 1, planHash: run.planHash, forMs: waits.gate };
  const { untold, ...open } = await openGate({ run: run.id, ...asked });
  const { opening } = open;
  run.openings[gate] = opening;
  run.untold = untold;
  run.waitFor(gateWaiting(open, run.asking));
  const outcome = await decision(run, gate, opening);
  const closed = await closeGate({ run: run.id, gate, opening, outcome });
  run.untold = closed?.untold;
  run.gateOutcome = outcome;
  run.waitNoMore('gate');
  return outcome === 'approved' ? 'done' : outcome;
}

function plans(run: Run, phases: readonly Phase[]): boolean {
  return run.plan?.items.some((p) => phases.includes(p.phase) && p.count > 0) ?? false;
}

async function decision(run: Run, gate: Gate, opening: number): Promise<GateOutcome> {
  const { reminder, escalation, gate: limit } = run.terms.waits;
  const decided = () => run.gateOutcome !== undefined;
  let waited = 0;
  for (const [stage, at] of [['reminder', reminder] as const, ['escalation', escalation] as const]) {
    if (at <= waited || at >= limit) continue;
    if (await condition(decided, at - waited)) return run.gateOutcome ?? 'expired';
    waited = at;
    const reminded = await remind({ run: run.id, gate, opening, stage });
    run.untold = reminded?.untold;
    run.show();
  }
  if (await condition(decided, limit - waited)) return run.gateOutcome ?? 'expired';
  // A decision that came in the last moment is still being judged; only the activity knows whether it was in time.
  await condition(allHandlersFinished);
  return run.gateOutcome ?? 'expired';
}
