import { refusalToRestore } from '../../../model/approval.ts';
import { fingerprint } from '../../../model/canonical.ts';
import { describeDiff } from '../../../model/diff.ts';
import type { Json } from '../../../model/finding.ts';
import { isDone, type Ledger } from '../../../model/ledger.ts';
import type { Outcome } from '../../../model/outcome.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { ToRestore } from '../../../model/restore.ts';
import type { AnyKind } from '../../cloud.ts';
import type { Deps } from '../../deps.ts';
import { fault } from '../../failures.ts';
import type { Undo } from '../../kind.ts';
import { isQuarantined, kindOf } from '../../look/kinds.ts';
import { resolvedIn } from '../../records/plans.ts';
import { apply, type ApplyInput, type ApplyResult } from '../engine.ts';
import { blocked, intentOf, type BatchOperation, type Judgement, type Reach } from '../operation.ts';

/**
 * Gives back what a run removed, the same in every field that can be. What was begun before goes on: a kind's `restore` itself refuses a
 * stranger.
 */
export const RESTORE: BatchOperation = {
  refusal: refusalToRestore,
  held: (item, { ledger }) => heldUntilBack(item, ledger),
  opposed: true,
  intent: intentOf,
  judge,
  together: true,
  // What was deleted or given back just now: not yet among the deleted ones, not yet there for what rests on it, or made by a try whose answer was lost and not shown yet.
  maybeLate: new Set(['Purged', 'NotRestorable', 'AccountGone', 'ResourceGone', 'PartMissing', 'NameTaken', 'AlreadyExists']),
  call: (kind, api, items) => undoOf(kind).restore(api, items),
  seen: (item, current, kind) => (current !== undefined && difference(kind, item, current) === undefined ? restored(item) : undefined),
  unseen: (item, current, kind) =>
    current === undefined
      ? { code: 'NotVisible', message: 'the cloud accepted the restore but does not show it yet' }
      : blocked(item, 'NotTheSame', `it is back, but not as it was (${difference(kind, item, current) ?? ''})`),
};

/** Gives planned items back, as durably as `removeItems` takes them away. */
export async function restoreItems(deps: Deps, input: ApplyInput): Promise<ApplyResult> {
  // Giving back what was only denied waits for no change window.
  const { lifts } = await deps.journal.ledger(input.run);
  return await apply(deps, input, lifts ? { ...RESTORE, atAnyTime: true } : RESTORE);
}

/** Pure: what holds an item before any cloud is asked: what it uses is not back yet. */
export function heldUntilBack(item: ToRestore, ledger: Ledger): Outcome | undefined {
  const waitsFor = item.dependsOn.filter((id) => !isDone(ledger, id));
  // It would mean whoever has the name of what was to be made again, and was left away.
  const away = item.recreated === 'used' ? item.dependsOn.filter((id) => isDone(ledger, id) && !resolvedIn(ledger, id)) : [];
  if (away.length > 0) return blocked(item, 'NotBack', `uses ${away.join(', ')}, which was waived: waive this, too`);
  return waitsFor.length === 0 ? undefined : blocked(item, 'Dependency', `waits for ${waitsFor.join(', ')}`);
}

function judge(item: ToRestore, current: Json | undefined, { cloud, ledger }: Reach): Judgement {
  if (current === undefined) return 'call';
  const kind = kindOf(cloud, item);
  const begun = ledger.begun.has(item.id);
  const different = difference(kind, item, current);
  if (different === undefined) {
    if (begun) return restored(item);
    // What was to be made again cannot be there already: whoever made this one may use it for what is given to it.
    if (item.recreated === 'itself')
      return blocked(item, 'NameTaken', 'somebody made one of its name since it was purged; it stays as it is');
    return { item: item.id, outcome: 'already-there', reason: 'there already, and the same in every field that can be' };
  }
  // As the run that it undoes made it: in quarantine.
  if (begun || isQuarantined(kind, current, item.snapshot)) return 'call';
  return blocked(item, 'NameTaken', `something else has its place (${different}); it stays as it is`);
}

/** What tells an item from the plan's, but for what can never be the same again; undefined when nothing does. */
function difference(kind: AnyKind, item: ToRestore, current: Json): string | undefined {
  const { comparable } = undoOf(kind);
  const [before, after]: [Json, Json] = [comparable(item.snapshot, item.recreated), comparable(current, item.recreated)];
  return fingerprint(before) === fingerprint(after) ? undefined : describeDiff(before, after);
}

function undoOf({ name, undo }: AnyKind): Undo<unknown> {
  if (!undo) throw fault(`${name} has no undo`);
  return undo;
}

function restored(item: PlanItem): Outcome {
  return { item: item.id, outcome: 'restored', reason: 'read back: the same in every field that can be' };
}
