import { counted } from './counted.ts';
import type { Finding } from './finding.ts';
import { isResolved, type Outcome } from './outcome.ts';

/** What tells whether Permissions Management still has a way in to a thing, or a thing is such a way. */
export type Reach = Pick<Finding, 'id' | 'system' | 'title' | 'risk' | 'confidence' | 'provides' | 'serves' | 'enteredBy' | 'mepm'>;

/** How the words begin, while things are still to be decided and once a run has ended. */
export const ACCESS_STAYS = 'access that stays';

const UNDECIDED = `${ACCESS_STAYS} unless it is decided otherwise`;

/** One way in: by what, and whether it is known to be open. */
interface Way {
  by: Reach;
  open: boolean;
}

/**
 * Pure: what stays, though perhaps only until somebody decides, while Permissions Management's way in to it stays as well: told before anything else. A way
 * that shuts it out is none, nor is one that leads through nothing but what goes, or is gone (`going`); one of which nobody knows is told as such, where
 * no other is known to be open.
 */
export function accessThatStays(staying: readonly Reach[], going: readonly Reach[] = [], words: string = UNDECIDED): string[] {
  const reached = reachedAmong(staying, going);
  const isShut = shutBy(staying, going);
  const entries = byToken(reached, (by) =>
    by.risk === 'none' || isShut(by) ? [] : waysBy(by).map(({ token, mepm }) => [token, { by, open: mepm === undefined }]),
  );
  const providers = byToken(reached, (by) => by.provides.map((token) => [token, { by, open: isOpen(by) }]));
  return reached.flatMap((thing) => {
    const ways = [...thing.provides.flatMap((token) => entries.get(token) ?? []), ...trusted(thing, providers)].filter(
      (w) => w.by !== thing,
    );
    if (ways.length === 0) return [];
    const open = ways.filter((w) => w.open);
    const titles = new Set((open.length > 0 ? open : ways).map((w) => w.by.title));
    const act = `act as ${thing.title} (${thing.system}) by ${[...titles].toSorted().join(', ')}`;
    return open.length > 0
      ? [`${words}: Permissions Management can still ${act}`]
      : [`${words}, perhaps: whether Permissions Management can still ${act} is not known`];
  });
}

/** Ways in that a thing with rights of its own names itself. Where only a name says whose it is, nobody knows who comes in. */
function trusted(thing: Reach, providers: ReadonlyMap<string, Way[]>): Way[] {
  const { enteredBy = [], serves = [], risk } = thing;
  // Nobody acts as a way in to something else.
  if (risk === 'none' || serves.some((s) => s.as === 'entry')) return [];
  return enteredBy.flatMap((token) => providers.get(token) ?? []).map((way) => ({ ...way, open: way.open && isOpen(thing) }));
}

function isOpen({ confidence, mepm }: Reach): boolean {
  return confidence === 'certain' && mepm === undefined;
}

/** What is still come in to: not what shuts Permissions Management out, is entered by nothing but what goes, or is closed so itself. */
function reachedAmong(staying: readonly Reach[], going: readonly Reach[]): Reach[] {
  let reached = staying.filter((f) => f.mepm !== 'out');
  const known = new Set([...staying, ...going].flatMap((f) => f.provides));
  for (let before = -1; before !== reached.length;) {
    before = reached.length;
    const led = new Set(reached.flatMap((f) => f.provides));
    reached = reached.filter(({ enteredBy = [] }) => enteredBy.length === 0 || enteredBy.some((t) => led.has(t) || !known.has(t)));
  }
  return reached;
}

/** Whether a way in works by means of something (a grant by its pool) to which all that is known to lead goes, though that itself stays for others. */
function shutBy(staying: readonly Reach[], going: readonly Reach[]): (by: Reach) => boolean {
  const ledTo = (all: readonly Reach[]) => new Set(all.flatMap((f) => waysBy(f).map((s) => s.token)));
  const [now, before] = [ledTo(staying), ledTo(going)];
  return ({ serves = [] }) => serves.some((s) => s.as === 'means' && before.has(s.token) && !now.has(s.token));
}

function byToken(all: readonly Reach[], waysOf: (by: Reach) => [token: string, way: Way][]): Map<string, Way[]> {
  const found = new Map<string, Way[]>();
  for (const by of all) for (const [token, way] of waysOf(by)) (found.get(token) ?? found.set(token, []).get(token))?.push(way);
  return found;
}

/** Pure: of what no plan removes, that which such a way leads by or to, with no more than that needs. */
export function reachOf(unplanned: readonly Reach[], all: readonly Reach[]): Reach[] {
  const led = new Set(all.flatMap((f) => [...waysBy(f).map((s) => s.token), ...(f.enteredBy ?? [])]));
  return unplanned.flatMap((f) => {
    const { id, system, title, risk, confidence, enteredBy = [], mepm } = f;
    const provides = f.provides.filter((token) => led.has(token));
    const serves = waysBy(f);
    if (provides.length + serves.length + enteredBy.length === 0) return [];
    const ways = { ...(serves.length > 0 ? { serves } : {}), ...(enteredBy.length > 0 ? { enteredBy } : {}) };
    return [{ id, system, title, risk, confidence, provides, ...ways, ...(mepm === undefined ? {} : { mepm }) }];
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
  const isLeft = (i: Reach & { guard?: unknown }) => !isResolved(outcomes.get(i.id)?.outcome ?? 'blocked');
  const stays = (i: Reach & { guard?: unknown }) => isLeft(i) && (ended || i.guard !== undefined);
  const going = plan.items.filter((i) => !stays(i));
  return accessThatStays([...(plan.reach ?? []), ...plan.items.filter(stays)], going, ended ? ACCESS_STAYS : UNDECIDED);
}

/** The first of many lines, and how many there are besides. */
export function firstLines(lines: readonly string[], most: number): string[] {
  const room = most - 1;
  return lines.length <= most ? [...lines] : [...lines.slice(0, room), `and ${counted(lines.length - room, 'other')} of the same kind`];
}

/** The ways in that a thing is, but for those that shut Permissions Management out. */
function waysBy({ serves = [] }: Reach): NonNullable<Finding['serves']> {
  return serves.filter((s) => s.as === 'entry' && s.mepm !== 'out');
}
