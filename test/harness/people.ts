import { setTimeout as sleep } from 'node:timers/promises';
import type { RunView } from '../../model/messages/status.ts';
import type { Plan } from '../../model/plan.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { APPROVER, STARTER, type TestEstate } from './estate.ts';
import type { Stage } from './stage.ts';

/** Fills the sandbox and starts a run by the CLI; returns its workflow id. */
export async function startedRun(stage: Stage, estate: TestEstate, ...options: string[]): Promise<string> {
  const manifest = await stage.fill(estate);
  const { code, out, err } = await stage.offboard('start', manifest, '--by', STARTER, '--json', ...options);
  if (code !== 0) throw new Error(`start ended with ${code}: ${err}`);
  return (JSON.parse(out) as { workflowId: string }).workflowId;
}

/** Waits for a gate and approves it by the CLI. */
export async function approveGate(stage: Stage, run: string, gate: 'plan' | 'wave' | 'collectors'): Promise<RunView> {
  const view = await stage.until(run, (v) => v.gate?.gate === gate);
  const hash = view.gate?.planHash ?? '';
  const { code, err } = await stage.offboard('approve', run, '--gate', gate, '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it');
  if (code !== 0) throw new Error(`approve ended with ${code}: ${err}`);
  return view;
}

/** Deletes every collector with the code from the mailbox. */
export async function deleteCollectors(stage: Stage, run: string): Promise<void> {
  const { collectors } = await stage.until(run, (v) => v.collectors.length > 0);
  for (const { id, recipient } of collectors) {
    const before = await stage.sandbox.client.newestOtp(recipient);
    const ready = await stage.offboard('ready', run, id, '--by', recipient);
    if (ready.code !== 0) throw new Error(`ready ended with ${ready.code}: ${ready.err}`);
    const mail = await newMail(stage, recipient, before?.id);
    const { code, err } = await stage.offboardWith(`${mail}\n`, 'otp', run, id, '--by', recipient);
    if (code !== 0) throw new Error(`otp ended with ${code}: ${err}`);
  }
}

/** The code of a mail that was not there before. */
export async function newMail(stage: Stage, recipient: string, before: string | undefined): Promise<string> {
  for (let i = 0; i < 100; i++) {
    const mail = await stage.sandbox.client.newestOtp(recipient);
    if (mail && mail.id !== before) return mail.otp;
    await sleep(50);
  }
  throw new Error('no mail came');
}

/** Approves both gates, deletes the collectors, and waits for the end. */
export async function finish(stage: Stage, run: string): Promise<OffboardingResult> {
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  return await resultOf(stage, run);
}

export async function resultOf(stage: Stage, run: string): Promise<OffboardingResult> {
  return (await stage.session.client.workflow.getHandle(run).result()) as OffboardingResult;
}

/** The plan that waits for approval, as `plan --json` prints it. */
export async function planOf(stage: Stage, run: string): Promise<Plan> {
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  return (JSON.parse((await stage.offboard('plan', run, '--json')).out) as { plan: Plan }).plan;
}
