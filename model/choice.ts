import { waitsForOthers, type Outcome } from './outcome.ts';
import { UNREAD_CODE } from './plan.ts';
import { mayBeWaived } from './sign-in.ts';

/** What belongs together stands together: after each thing what is held for its sake alone. */
export function together(unresolved: readonly Outcome[]): Outcome[] {
  const ids = new Set(unresolved.map((o) => o.item));
  const first = (o: Outcome) => o.heldFor?.find((id) => ids.has(id) && id !== o.item);
  const roots = unresolved.filter((o) => first(o) === undefined);
  const along = Map.groupBy(unresolved, (o) => first(o) ?? '');
  const all = new Set<Outcome>();
  const add = (o: Outcome): void => {
    if (all.has(o)) return;
    all.add(o);
    for (const other of along.get(o.item) ?? []) add(other);
  };
  for (const o of [...roots, ...unresolved]) add(o);
  return [...all];
}

/** What an approver chooses between, and what each means for the rest; nothing for what merely waits for others or failed to sign in. */
export function choiceWords(outcome: Pick<Outcome, 'code' | 'keeps' | 'needs'>): string[] {
  const { code, keeps, needs } = outcome;
  if (waitsForOthers(outcome) || !mayBeWaived(outcome)) return [];
  // Of a system that could not be read nothing is known, so there is nothing to choose between.
  if (code === UNREAD_CODE)
    return [
      'waive: what waits for it goes without knowing who in there needs it, and the run ends as leftovers, for nothing is known of it; where nobody ' +
        'will ever read it, a new run whose manifest leaves it out (exclude) can end as completed',
    ];
  const more = (needs?.count ?? 0) - (needs?.first.length ?? 0);
  const rest = needs && `${needs.first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const byDefault = (own: boolean) => (own ? ' (unless told otherwise)' : '');
  return [
    `waive --keep${byDefault(keeps !== undefined)}: it goes on working${rest ? `; with it stays ${rest}` : ''}`,
    `waive --leave${byDefault(keeps === undefined)}: it stays as it is${rest ? ` and may stop working: it loses ${rest}` : ''}`,
  ];
}
