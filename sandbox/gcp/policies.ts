import { isDeepStrictEqual } from 'node:util';
import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { refuseUnknownRole } from './roles.ts';
import { keptForm, refuseUnknownMember, shownForm } from './addresses.ts';

type Part = ObjectOf<'gcp-binding'>;

/** A binding as the wire has it. */
export interface Binding {
  role: string;
  members: string[];
  condition?: { title: string; expression: string; description?: string | undefined } | undefined;
}

/** The bindings of a resource: parts with the same role and condition are one. Members of deleted service accounts read `deleted:…`. */
export function readBindings(context: SandboxContext, resource: string): Binding[] {
  const bindings: Binding[] = [];
  for (const part of partsOf(context, resource)) {
    const found = bindings.find((b) => sameKey(b, part));
    const members = present(part).map((m) => shownForm(context, m));
    if (found) found.members = [...new Set([...found.members, ...members])];
    else bindings.push({ role: part.role, members, ...(part.condition ? { condition: part.condition } : {}) });
  }
  return bindings;
}

/**
 * Makes the resource's parts say what `wanted` says, member by member: a part that loses all its members is removed, one that loses some
 * remembers which, and a member that comes back returns to the part it was taken from; the rest is new. Throws GcpError INVALID_ARGUMENT
 * for a new member that is a service account which is not there.
 */
export function writeBindings(context: SandboxContext, resource: string, wanted: Binding[]): void {
  const before = partsOf(context, resource);
  const kept = (member: string) => keptForm(context, member);
  const added = wanted.map((w) => {
    const had = new Set(before.filter((p) => sameKey(p, w)).flatMap((p) => present(p)));
    const members = [...new Set(w.members.map(kept))].filter((m) => !had.has(m));
    return { ...w, members };
  });
  for (const member of added.flatMap((a) => a.members)) refuseUnknownMember(context, member);
  for (const { role, members } of added) if (members.length > 0) refuseUnknownRole(role, context);
  for (const part of before) withdraw(context, part, new Set(wanted.filter((w) => sameKey(w, part)).flatMap((w) => w.members.map(kept))));
  for (const binding of added) bringBack(context, resource, binding);
}

function withdraw(context: SandboxContext, part: Part, wanted: Set<string>): void {
  const gone = present(part).filter((m) => !wanted.has(m));
  if (gone.length === 0) return;
  if (gone.length === present(part).length) context.store.remove(part, context.now());
  else context.store.put({ ...part, withdrawn: [...(part.withdrawn ?? []), ...gone] });
}

function bringBack(context: SandboxContext, resource: string, added: Binding): void {
  const missing = new Set(added.members);
  const removed = context.store.deleted('gcp-binding', resource).map((d) => ({ ...d.object, withdrawn: d.object.members }));
  const candidates = [...partsOf(context, resource), ...removed].filter((p) => sameKey(p, added));
  for (const part of candidates) {
    const returning = new Set((part.withdrawn ?? []).filter((m) => missing.has(m)));
    if (returning.size === 0) continue;
    const { withdrawn = [], ...rest } = part;
    const still = withdrawn.filter((m) => !returning.has(m));
    context.store.put(still.length > 0 ? { ...rest, withdrawn: still } : rest);
    for (const member of returning) missing.delete(member);
  }
  if (missing.size === 0) return;
  const { role, condition } = added;
  context.store.put({ kind: 'gcp-binding', ours: false, resource, role, members: [...missing], ...(condition ? { condition } : {}) });
}

function partsOf(context: SandboxContext, resource: string): Part[] {
  return context.store.list('gcp-binding', { part: resource });
}

function present(part: Part): string[] {
  return part.members.filter((m) => !part.withdrawn?.includes(m));
}

function sameKey(a: Pick<Binding, 'role' | 'condition'>, b: Pick<Binding, 'role' | 'condition'>): boolean {
  return a.role === b.role && isDeepStrictEqual(plain(a.condition), plain(b.condition));
}

function plain(condition: Binding['condition']): object {
  return { title: condition?.title, expression: condition?.expression, description: condition?.description || undefined };
}
