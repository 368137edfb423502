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

/**
 * Pure: what holds each planned finding, by its id: its own guard, whoever needs it, and what lies in it and stays. A hold travels from a thing that
 * others need to what that thing needs, until nothing changes: its means, and, where its whole way is kept, its entries and what it uses. A container
 * stays while anything in it stays, for whatever reason; no override of its own lifts that.
 */
export function guardsOf(planned: readonly Planned[], staying: readonly Staying[]): Map<string, Hold> {
  const nodes = new Map(planned.map((p) => [p.finding.id, nodeOf(p)]));
  const links = linksOf(planned.map((p) => p.finding));
  const missing = [...links.containers.keys()].filter((id) => !nodes.has(id)).map((id) => ({ id, uses: [] }));
  const node = ({ id }: Pick<Finding, 'id'>) => nodes.get(id);
  spread([...staying, ...missing].map(stayerOf), [...nodes.values()].filter(stays), links, node);
  return heldAmong([...nodes.values()], staying);
}

function heldAmong(all: readonly Node[], staying: readonly Staying[]): Map<string, Hold> {
  const nodes = new Map(all.map((n) => [n.id, n]));
  const reasons = new Map(staying.flatMap(({ id, because }) => (because === undefined ? [] : [[id, because] as const])));
  return new Map(all.flatMap((n) => Object.values(guardOf(n, nodes, reasons)).map((hold) => [n.id, hold] as const)));
}

/** What stays, and what of its way stays with it. */
type Stayer = Pick<Node, 'id' | 'uses' | 'provides' | 'within' | 'sides'>;

function stayerOf(one: Staying): Stayer {
  return { provides: [], within: [], ...one, sides: sidesOf(one.keeps) };
}

/** Has all that stays hold what it needs, and what is held so in its turn, until nothing changes. `nodeFor`: undefined for what is not planned. */
function spread(others: readonly Stayer[], held: readonly Node[], links: Links, nodeFor: (finding: Finding) => Node | undefined): void {
  const { providers, servants, containers } = links;
  const queue = new Set<Stayer>([...others, ...held]);
  const change = (node: Node, hold: () => void) => {
    const before = [stays(node), node.sides.size].join(' ');
    hold();
    // A set that grows is walked to its end; what is added again goes last.
    if ([stays(node), node.sides.size].join(' ') === before) return;
    queue.delete(node);
    queue.add(node);
  };
  for (const stayer of queue) {
    const serving = stayer.provides.flatMap((t) => servants.get(t) ?? []).filter((s) => stayer.sides.has(s.as));
    const entries = stayer.sides.has('entry') ? stayer.uses.flatMap((t) => providers.get(t) ?? []) : [];
    for (const { finding, as } of [...serving, ...entries.map((finding) => ({ finding, as: 'entry' as const }))]) {
      const node = nodeFor(finding);
      if (!node || node.lifted || node.id === stayer.id) continue;
      change(node, () => {
        node.users.add(stayer.id);
        node.sides.add(as);
      });
    }
    for (const finding of [...stayer.within.flatMap((t) => providers.get(t) ?? []), ...(containers.get(stayer.id) ?? [])]) {
      const node = nodeFor(finding);
      if (!node) continue;
      change(node, () => {
        node.contents.add(stayer.id);
        for (const side of stayer.sides) node.sides.add(side);
      });
    }
  }
}

/**
 * Pure: what of a plan stays with things of it that go on working (`kept`: ids, and what of their way stays), and what holds each of these then. A
 * guard of its own, or an override of one, is left out of account.
 */
export function keptWith(findings: readonly Finding[], kept: ReadonlyMap<string, NonNullable<Hold['keeps']>>): Map<string, Hold> {
  const { byId, links, missing } = webOf(findings);
  const staying = [...kept].flatMap(([id, keeps]) => {
    const finding = byId.get(id);
    return finding ? [{ ...finding, keeps }] : [];
  });
  if (staying.length === 0) return new Map();
  // Of many findings few are held with one: only these are looked at.
  const nodes = new Map<string, Node>();
  const nodeFor = ({ hold: _, ...finding }: Finding) => {
    if (kept.has(finding.id)) return undefined;
    const node = nodes.get(finding.id) ?? nodeOf({ finding, lifted: false });
    nodes.set(node.id, node);
    return node;
  };
  spread([...staying, ...missing].map(stayerOf), [], links, nodeFor);
  return heldAmong([...nodes.values()], staying);
}

/** How findings hang together; made once for each list, which nobody changes. */
interface Web {
  byId: ReadonlyMap<string, Finding>;
  links: Links;
  /** What is said to lie in one of them and is not among them. */
  missing: readonly Staying[];
}

const webs = new WeakMap<readonly Finding[], Web>();

function webOf(findings: readonly Finding[]): Web {
  const before = webs.get(findings);
  if (before) return before;
  const byId = new Map(findings.map((f) => [f.id, f]));
  const links = linksOf(findings);
  const missing = [...links.containers.keys()].filter((id) => !byId.has(id)).map((id) => ({ id, uses: [] }));
  const web = { byId, links, missing };
  webs.set(findings, web);
  return web;
}

/** What something needs in order to go on working: what it works with, and what it is entered by. */
type Side = 'means' | 'entry';

function sidesOf(keeps: Hold['keeps']): Set<Side> {
  return new Set(keeps === undefined ? [] : keeps === 'means' ? ['means'] : ['means', 'entry']);
}

/** A planned finding with what is known so far of why it stays: ids of who needs it, and of what in it stays. */
interface Node extends Pick<Finding, 'id' | 'uses' | 'provides' | 'hold'> {
  within: string[];
  lifted: boolean;
  sides: Set<Side>;
  users: Set<string>;
  contents: Set<string>;
}

function nodeOf({ finding, lifted }: Planned): Node {
  const { id, uses, provides, within = [], hold } = finding;
  const own = lifted || hold === undefined ? {} : { hold };
  return { id, uses, provides, within, lifted, ...own, sides: sidesOf(own.hold?.keeps), users: new Set(), contents: new Set() };
}

interface Links {
  providers: ReadonlyMap<string, Finding[]>;
  servants: ReadonlyMap<string, { finding: Finding; as: Side }[]>;
  containers: ReadonlyMap<string, Finding[]>;
}

function linksOf(findings: readonly Finding[]): Links {
  return {
    providers: grouped(findings.flatMap((f) => f.provides.map((token) => [token, f] as const))),
    servants: grouped(findings.flatMap((f) => (f.serves ?? []).map((s) => [s.token, { finding: f, as: s.as }] as const))),
    containers: grouped(findings.flatMap((f) => (f.contains ?? []).map((id) => [id, f] as const))),
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

function grouped<T>(pairs: (readonly [string, T])[]): Map<string, T[]> {
  return new Map([...Map.groupBy(pairs, ([key]) => key)].map(([key, of]) => [key, of.map(([, one]) => one)]));
}
