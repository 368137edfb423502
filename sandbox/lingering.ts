import type { SandboxContext } from './service.ts';
import type { EstateObjectKind, ObjectOf } from './objects.ts';

/** Objects of one kind as an eventually consistent read shows them: the live ones, and those deleted less than `lingerMs` ago. */
export function visible<K extends EstateObjectKind>(context: SandboxContext, kind: K): ObjectOf<K>[] {
  return [...context.store.list(kind), ...lingering(context, kind)];
}

/** Objects of one kind that are deleted but still shown. */
export function lingering<K extends EstateObjectKind>(context: SandboxContext, kind: K): ObjectOf<K>[] {
  const since = context.now().getTime() - context.lingerMs;
  return context.store
    .deleted(kind)
    .filter((d) => d.deletedAt.getTime() > since)
    .map((d) => d.object);
}
