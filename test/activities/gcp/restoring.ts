import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { GcpApi } from '../../../activities/gcp/wire/clients.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { apiWith, judge, onboarded, planned } from './fixtures.ts';

export function itemOf(kind: string, snapshot = onboarded()): PlanItem {
  const found = judge(snapshot).findings.find((f) => f.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return { ...planned(found), kind };
}

export function undoOf(kind: string) {
  const undo = gcpCloud().kinds.find((k) => k.name === kind)?.undo;
  if (!undo) throw new Error(`no undo of ${kind}`);
  return undo;
}

/** What the classifier makes of a restore that is refused. */
export async function refusal(work: Promise<void>) {
  return work.then(
    () => 'restored',
    (error: unknown) => gcpCloud().classify(error),
  );
}

/** An API whose calls are noted as `<call> <name> <arguments>`. */
export function noting(calls: string[], answers: Partial<GcpApi>): GcpApi {
  const noted = (call: string) => (name: string, disabled?: boolean) => {
    calls.push(disabled === undefined ? `${call} ${name}` : `${call} ${name} ${disabled}`);
    return Promise.resolve(true);
  };
  const names = ['undeleteServiceAccount', 'enableServiceAccount', 'disableServiceAccount', 'undeletePool', 'setPoolDisabled'];
  const changes = Object.fromEntries(names.map((n) => [n, noted(n)]));
  return apiWith({ ...changes, ...answers });
}
