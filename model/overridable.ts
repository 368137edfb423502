import type { ErrorCode } from './errors.ts';
import { namedTwice } from './fault.ts';
import { NOT_RECOGNISED } from './guards/foreign.ts';
import { OURSELVES } from './guards/ourselves.ts';
import { normalItem } from './identity/native.ts';
import type { Ledger } from './ledger.ts';
import { BY_NAME_ONLY, UNREAD_SYSTEM, type Plan } from './plan.ts';

type Override = { item: string; reason: string };

/** Why an override must not stand: its code, and what is wrong, in words. */
export interface NotOverridden {
  code: ErrorCode;
  message: string;
}

/**
 * Pure: what is wrong with the overrides of an amendment, beside the plan in force: one item named twice, in whatever spelling, or one that no override
 * reaches. What is accepted here does something later; a slip of the pen must neither be lost nor end the run. Undefined where all may stand.
 */
export function overrideFault(
  overrides: readonly Override[],
  plan: Plan | undefined,
  { waived }: Pick<Ledger, 'waived'>,
  foreignThings: boolean,
): NotOverridden | undefined {
  const [twice] = namedTwice(
    ['overrides'],
    overrides.map((o) => o.item),
    normalItem,
    ['item'],
  );
  if (twice) {
    const places = (twice.places ?? []).map((p) => p.join('.')).join('; ');
    return { code: 'InvalidValue', message: `overrides: ${twice.what} (${places}); ${twice.mend}` };
  }
  for (const { item } of overrides) {
    const fault = faultOf(item, plan, waived, foreignThings);
    if (fault) return fault;
  }
  return undefined;
}

function faultOf(written: string, plan: Plan | undefined, waived: Ledger['waived'], foreignThings: boolean): NotOverridden | undefined {
  const is = (id: string) => normalItem(id) === normalItem(written);
  const item = plan?.items.find((i) => is(i.id));
  const left = plan?.untouched.find((u) => is(u.id));
  if (!item && !left) {
    const message = `overrides: ${written} is neither planned nor among what is not touched; copy the id from the plan`;
    return { code: 'InvalidValue', message };
  }
  const refused = (why: string): NotOverridden => ({ code: 'NotAllowed', message: `overrides: ${item?.id ?? left?.id}: ${why}` });
  const waiver = [...waived].find(([id]) => is(id))?.[1];
  if (waiver) return refused(`${waiver.by} decided to leave it in place (${waiver.reason}); that stands for this run`);
  if (item?.kind === UNREAD_SYSTEM) return refused(`nothing is known of it, so no override reaches it; ${item.guard?.reason ?? ''}`);
  if (item?.guard?.code === OURSELVES) return refused(`no override reaches it; ${item.guard.reason}`);
  if (item || !left) return undefined;
  const isForeign = left.reason.startsWith(NOT_RECOGNISED);
  if (isForeign ? foreignThings : left.reason.startsWith(BY_NAME_ONLY)) return undefined;
  return refused(isForeign ? left.reason : `no override reaches it: ${left.reason}`);
}
