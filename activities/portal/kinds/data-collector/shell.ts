import { MEPM } from '../../../../model/footprint.ts';
import { DELETED_MESSAGE } from '../../../../model/names.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { comment, type KindShell } from '../../../../model/shell.ts';

const TABS: Record<string, string> = { aws: 'AWS', azure: 'Azure', gcp: 'GCP' };

/** No API deletes a data collector: the script says the guide's clicks ("Stop data collection"), as comments. */
export const shell: KindShell = { remove, restore };

function remove(item: PlanItem): string[] {
  const { id, name, type, recipient } = item.snapshot as Record<string, unknown>;
  return [
    `By hand: delete the data collector ${text(name ?? id)} (${text(id)}), as a Permissions Management Administrator.`,
    '1. Microsoft Entra admin center, Microsoft Entra Permissions Management, launch portal.',
    `2. Settings (the gear icon), tab Data Collectors, ${TABS[text(type)] ?? text(type)}.`,
    '3. The ellipses (...) at the end of its row, Delete Configuration, Delete.',
    `4. Enter OTP: the one-time password from the e-mail${recipient ? ` to ${text(recipient)}` : ''}; if none comes, Resend OTP.`,
    `5. The portal says: ${DELETED_MESSAGE}.`,
  ].map(comment);
}

function restore(item: PlanItem): string[] {
  const { id, name, type } = item.snapshot as Record<string, unknown>;
  return [
    `Cannot be brought back: the data collector ${text(name ?? id)} (${text(id)}). What it had collected was deleted with it, and the service`,
    `(application ${MEPM.ciemAppId}) takes no new ${TABS[text(type)] ?? text(type)} configurations since its retirement.`,
  ].map(comment);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
