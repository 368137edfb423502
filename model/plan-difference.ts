import { canonical } from './canonical.ts';
import { counted } from './counted.ts';
import type { Plan, PlanItem } from './plan.ts';

/** As many as a line has room for. */
const MOST_NAMED = 3;

/** Pure: what of another plan's items is not so in this one, in words; undefined where the items are the same. */
export function differenceWords(before: Pick<Plan, 'items'>, now: Pick<Plan, 'items'>): string | undefined {
  const [old, fresh] = [byId(before), byId(now)];
  const more = now.items.filter((i) => !old.has(i.id));
  const fewer = before.items.filter((i) => !fresh.has(i.id));
  const changed = now.items.filter((i) => {
    const was = old.get(i.id);
    return was !== undefined && canonical(itself(was)) !== canonical(itself(i));
  });
  const told = [named(more, 'more'), named(fewer, 'fewer'), named(changed, 'changed')].flatMap((words) => words ?? []);
  return told.length === 0 ? undefined : told.join('; ');
}

/** What comes before it is told as itself. */
const itself = ({ dependsOn: _, ...item }: PlanItem) => item;

const byId = ({ items }: Pick<Plan, 'items'>): ReadonlyMap<string, PlanItem> => new Map(items.map((i) => [i.id, i]));

function named(items: PlanItem[], how: string): string | undefined {
  if (items.length === 0) return undefined;
  const rest = items.length > MOST_NAMED ? ` and ${items.length - MOST_NAMED} more` : '';
  return `${counted(items.length, 'item')} ${how} (${items
    .slice(0, MOST_NAMED)
    .map((i) => i.id)
    .join(', ')}${rest})`;
}
