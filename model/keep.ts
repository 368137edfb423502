import type { Bystander, Finding, Hold } from './finding.ts';
import { combine } from './guards/combine.ts';
import { shared, STAYS } from './guards/shared.ts';

/** A finding that is planned. `lifted`: an override names it, so nothing holds it but what lies in it. */
export interface Planned {
  finding: Finding;
  lifted: boolean;
}

/** What stays whatever the plan says: a stranger's, or a finding that is not planned. `keeps`: what of its way stays with it; `because`: why it stays, in words. */
export type Staying = Pick<Bystander, 'id' | 'uses'> &
  Partial<Pick<Finding, 'provides' | 'within'>> & { keeps?: Hold['keeps'] | undefined; because?: string };

/** Whether a thing goes when another goes. */
export function liesIn(thing: Pick<Finding, 'id' | 'within'>, container: Pick<Finding, 'contains' | 'provides'>): boolean {
  return container.contains?.includes(thing.id) === true || thing.within?.some((t) => container.provides.includes(t)) === true;
}

/**
 * Pure: what holds each planned finding, by its id: its own guard, whoever needs it, and what lies in it and stays. A hold travels from a thing that
 * others need to what that thing needs, until nothing changes: its means, and, where its whole way is kept, its entries and what it uses. A container
 * stays while anything in it stays, for whatever reason; no override of its own lifts that.
 */
export function guardsOf(planned: readonly Planned[], staying: readonly Staying[]): Map<string, Hold> {
  const nodes = new Map(planned.map((p) => [p.finding.id, nodeOf(p)]));
  const { providers, servants, containers } = linksOf([...nodes.values()]);
  const missing = [...containers.keys()].filter((id) => !nodes.has(id)).map((id) => ({ id, uses: [] }));
  const others = [...staying, ...missing].map((s: Staying) => ({ provides: [], within: [], ...s, sides: sidesOf(s.keeps) }));
  for (let changed = true; changed;) {
    changed = false;
    for (const stayer of [...others, ...[...nodes.values()].filter(stays)]) {
      const serving = stayer.provides.flatMap((t) => servants.get(t) ?? []).filter((s) => stayer.sides.has(s.as));
      const entries = stayer.sides.has('entry') ? stayer.uses.flatMap((t) => providers.get(t) ?? []) : [];
      for (const { node, as } of [...serving, ...entries.map((node) => ({ node, as: 'entry' as const }))]) {
        if (node.lifted || node.id === stayer.id) continue;
        changed = grows(node.users, [stayer.id]) || changed;
        changed = grows(node.sides, [as]) || changed;
      }
      for (const node of [...stayer.within.flatMap((t) => providers.get(t) ?? []), ...(containers.get(stayer.id) ?? [])]) {
        changed = grows(node.contents, [stayer.id]) || changed;
        changed = grows(node.sides, stayer.sides) || changed;
      }
    }
  }
  const reasons = new Map(staying.flatMap(({ id, because }) => (because === undefined ? [] : [[id, because] as const])));
  return new Map([...nodes.values()].flatMap((n) => Object.values(guardOf(n, nodes, reasons)).map((hold) => [n.id, hold] as const)));
}

/**
 * Pure: what of a plan stays with things of it that go on working (`kept`: ids, and what of their way stays), and what holds each of these then. A
 * guard of its own, or an override of one, is left out of account.
 */
export function keptWith(findings: readonly Finding[], kept: ReadonlyMap<string, NonNullable<Hold['keeps']>>): Map<string, Hold> {
  const planned = findings.filter((f) => !kept.has(f.id)).map(({ hold: _, ...finding }) => ({ finding, lifted: false }));
  const staying = findings.filter((f) => kept.has(f.id)).map((f) => ({ ...f, keeps: kept.get(f.id) }));
  return staying.length === 0 ? new Map<string, Hold>() : guardsOf(planned, staying);
}

/** What something needs in order to go on working: what it works with, and what it is entered by. */
type Side = 'means' | 'entry';

function sidesOf(keeps: Hold['keeps']): Set<Side> {
  return new Set(keeps === undefined ? [] : keeps === 'means' ? ['means'] : ['means', 'entry']);
}

/** A planned finding with what is known so far of why it stays: ids of who needs it, and of what in it stays. */
interface Node extends Pick<Finding, 'id' | 'uses' | 'provides' | 'hold'> {
  finding: Finding;
  within: string[];
  lifted: boolean;
  sides: Set<Side>;
  users: Set<string>;
  contents: Set<string>;
}

function nodeOf({ finding, lifted }: Planned): Node {
  const { id, uses, provides, within = [], hold } = finding;
  const own = lifted || hold === undefined ? {} : { hold };
  return { finding, id, uses, provides, within, lifted, ...own, sides: sidesOf(own.hold?.keeps), users: new Set(), contents: new Set() };
}

function linksOf(nodes: Node[]) {
  return {
    providers: grouped(nodes.flatMap((node) => node.provides.map((token) => [token, node] as const))),
    servants: grouped(nodes.flatMap((node) => (node.finding.serves ?? []).map((s) => [s.token, { node, as: s.as }] as const))),
    containers: grouped(nodes.flatMap((node) => (node.finding.contains ?? []).map((id) => [id, node] as const))),
  };
}

function stays({ hold, users, contents }: Node): boolean {
  return hold !== undefined || users.size + contents.size > 0;
}

function guardOf(node: Node, nodes: ReadonlyMap<string, Node>, reasons: ReadonlyMap<string, string>): { hold?: Hold } {
  const inside = [...node.contents].toSorted().map((id): Hold => {
    const content = nodes.get(id);
    const because = reasons.get(id);
    const stays = because === undefined ? STAYS : { ...STAYS, reason: because };
    const { code, reason } = (content && guardOf(content, nodes, reasons).hold) ?? stays;
    return { code, reason: `it would take ${id} along: ${reason}`, inside: id };
  });
  const users = shared([...node.users], (id) => nodes.get(id)?.hold?.reason);
  return combine(node.hold, ...inside, users && { ...users, ...keepsOf(node.sides) });
}

function keepsOf(sides: ReadonlySet<Side>): Pick<Hold, 'keeps'> {
  return sides.has('entry') ? { keeps: 'way' } : sides.has('means') ? { keeps: 'means' } : {};
}

function grows<T>(set: Set<T>, more: Iterable<T>): boolean {
  const { size } = set;
  for (const one of more) set.add(one);
  return set.size > size;
}

function grouped<T>(pairs: (readonly [string, T])[]): Map<string, T[]> {
  return new Map([...Map.groupBy(pairs, ([key]) => key)].map(([key, of]) => [key, of.map(([, one]) => one)]));
}
