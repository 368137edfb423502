import { spell, step } from '../../model/next-step.ts';
import { endWords } from '../../model/maybe-ours.ts';
import { firstWords, type Staying } from '../../model/summary-words.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';

interface Ended {
  workflowId: string;
  untouched: { objects: number; changed: number };
  temporalUi: string | null;
}

/** How a demonstration ended, in words: what stays, and what can still be looked at once this program has ended. */
export function tellEnd(result: OffboardingResult, ended: Ended, staying: Staying[], staysUp: boolean, program: string): string {
  return [
    '',
    ...(result.first ?? []).map(firstWords),
    `${endWords(result)}: ${result.reason}`,
    ...(result.next ?? []).map((n) => `  ${spell(n, program)}`),
    ...staying.flatMap(({ item, why }) => [`Stays: ${item}`, `  ${why}`]),
    `Of ${ended.untouched.objects} objects that are not ours, ${ended.untouched.changed} changed.`,
    `Evidence: ${result.evidence}/index.html`,
    `Verify it: ${spell(step('evidence', 'verify', result.evidence), program)}`,
    `What the worker itself may still do, and how it is taken away: ${spell(step('own-access', ended.workflowId), program)}`,
    ...whereToLook(ended.temporalUi, staysUp, program),
    '',
  ].join('\n');
}

/** The address of a UI that ends with this program is no use afterwards: say how to have it again. */
function whereToLook(temporalUi: string | null, staysUp: boolean, program: string): string[] {
  if (temporalUi === null) return [];
  if (staysUp) return [`Temporal UI: ${temporalUi}`];
  return [
    `Temporal ends with this program, and with it its UI (${temporalUi}).`,
    `To look at this run there, bring it up again, which adds a second run: ${spell(step('demo', '--keep', '--auto', '--stay'), program)}`,
  ];
}
