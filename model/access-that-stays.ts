import { counted } from './counted.ts';
import type { Finding } from './finding.ts';
import { isResolved, type Outcome } from './outcome.ts';

/** What tells whether Permissions Management still has a way in to a thing, or a thing is such a way. */
export type Reach = Pick<Finding, 'id' | 'title' | 'risk' | 'provides' | 'serves'>;

/** How the words begin, while things are still to be decided and once a run has ended. */
export const ACCESS_STAYS = 'access that stays';

const UNDECIDED = `${ACCESS_STAYS} unless it is decided otherwise`;

/**
 * Pure: what stays, though perhaps only until somebody decides, while Permissions Management's way in to it stays as well: told before anything else. A way
 * that shuts it out is none; one of which nobody knows is told as such, where no other is known to be open.
 */
export function accessThatStays(staying: readonly Reach[], words: string = UNDECIDED): string[] {
  const entries = staying.filter((f) => f.risk !== 'none').flatMap((by) => waysBy(by).map((e) => ({ ...e, by })));
  return staying.flatMap((thing) => {
    const ways = entries.filter((e) => thing.provides.includes(e.token));
    if (ways.length === 0) return [];
    const open = ways.filter((e) => e.mepm === undefined);
    const titles = (open.length > 0 ? open : ways).map((e) => e.by.title);
    const act = `act as ${thing.title} by ${titles.toSorted().join(', ')}`;
    return open.length > 0
      ? [`${words}: Permissions Management can still ${act}`]
      : [`${words}, perhaps: whether Permissions Management can still ${act} is not known`];
  });
}

/** Pure: of what no plan removes, that which such a way leads by or to, with no more than that needs. */
export function reachOf(unplanned: readonly Reach[], all: readonly Reach[]): Reach[] {
  const led = new Set(all.flatMap(entered));
  return unplanned.flatMap(({ id, title, risk, provides, serves = [] }) => {
    const to = provides.filter((token) => led.has(token));
    const by = serves.filter((s) => s.as === 'entry' && s.mepm !== 'out');
    return to.length + by.length === 0 ? [] : [{ id, title, risk, provides: to, ...(by.length > 0 ? { serves: by } : {}) }];
  });
}

/** What a plan says, and what became of its items, by id. */
interface Known {
  plan: { items: readonly (Reach & { guard?: unknown })[]; reach?: readonly Reach[] };
  outcomes: ReadonlyMap<string, Outcome>;
  /** Whether nothing more will be removed. */
  ended: boolean;
}

/** Pure: the same of a run as it stands: what it removed is no way any more, and once it has ended whatever is left is one. */
export function accessNow({ plan, outcomes, ended }: Known): string[] {
  const there = plan.items.filter((i) => !isResolved(outcomes.get(i.id)?.outcome ?? 'blocked'));
  const staying = ended ? there : there.filter((i) => i.guard !== undefined);
  return accessThatStays([...(plan.reach ?? []), ...staying], ended ? ACCESS_STAYS : UNDECIDED);
}

/** The first of many lines, and how many there are besides. */
export function firstLines(lines: readonly string[], most: number): string[] {
  const room = most - 1;
  return lines.length <= most ? [...lines] : [...lines.slice(0, room), `and ${counted(lines.length - room, 'other')} of the same kind`];
}

function entered(by: Reach): string[] {
  return waysBy(by).map((s) => s.token);
}

/** The ways in that a thing is, but for those that shut Permissions Management out. */
function waysBy({ serves = [] }: Reach): NonNullable<Finding['serves']> {
  return serves.filter((s) => s.as === 'entry' && s.mepm !== 'out');
}
