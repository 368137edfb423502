import type { EstateObjectKind, ObjectOf } from './objects.ts';
import type { SandboxContext } from './service.ts';

/** Objects of one kind as an eventually consistent read shows them: the live ones, and those deleted less than `lingerMs` ago. */
export function visible<K extends EstateObjectKind>({ store, now, lingerMs }: SandboxContext, kind: K): ObjectOf<K>[] {
  const since = now().getTime() - lingerMs;
  const lingering = store.deleted(kind).filter((d) => d.deletedAt.getTime() > since);
  return [...store.list(kind), ...lingering.map((d) => d.object)];
}
