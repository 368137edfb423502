import { z } from 'zod';
import { beginGeneration } from './aws/ids.ts';
import { takeAddress } from './gcp/addresses.ts';
import { EstateObjectSchema, objectKey, type EstateObject } from './objects.ts';
import type { SandboxContext } from './service.ts';

/** While a run waits for which decision it happens. */
const at = z.enum(['plan', 'collectors']).optional();

/** What somebody else does in the clouds while a run waits, at gate `plan` unless told otherwise: makes an object, gives one other fields, deletes one, by its key. */
export const ChangeSchema = z.union([
  z.strictObject({ add: EstateObjectSchema, at }),
  z.strictObject({ change: z.string(), to: z.record(z.string(), z.json()), at }),
  z.strictObject({ delete: z.string(), at }),
]);
export type Change = z.infer<typeof ChangeSchema>;

/** Pure: what makes the changes impossible among these objects, each with its place in the list. */
export function changeFaults(objects: readonly EstateObject[], changes: readonly Change[]): { index: number; text: string }[] {
  const there = new Map(objects.map((o) => [objectKey(o), o]));
  return changes.flatMap((change, index) => {
    const fault = (text: string) => [{ index, text }];
    if ('add' in change) {
      const key = objectKey(change.add);
      if (there.has(key)) return fault(`${key} is there already; delete it first`);
      there.set(key, change.add);
      return [];
    }
    const key = 'delete' in change ? change.delete : change.change;
    const object = there.get(key);
    if (!object) return fault(`there is no ${key}; copy the key of an object that is there by then`);
    if ('delete' in change) {
      there.delete(key);
      return [];
    }
    const changed = EstateObjectSchema.safeParse({ ...object, ...change.to });
    if (!changed.success) return fault(z.prettifyError(changed.error));
    if (objectKey(changed.data) !== key) return fault(`makes another object of ${key}: delete that and add this`);
    there.set(key, changed.data);
    return [];
  });
}

/**
 * Applies changes that have no fault. What is there afterwards is what the report compares with: `ours` says from then on what is ours, and what
 * somebody else deleted nobody asks about.
 */
export function applyChanges(context: SandboxContext, changes: readonly Change[]): void {
  for (const change of changes) {
    if ('add' in change) add(context, change.add);
    else if ('delete' in change) context.store.forget(change.delete, context.now());
    else context.store.begin(EstateObjectSchema.parse({ ...context.store.at(change.change), ...change.to }));
  }
}

/** Made again under the name of what was deleted it is another one to every cloud. */
function add(context: SandboxContext, object: EstateObject): void {
  const key = objectKey(object);
  const isAnother = context.store.at(key) !== undefined;
  if (isAnother && (object.kind === 'aws-role' || object.kind === 'aws-policy'))
    beginGeneration(context.store, key.slice(object.kind.length + 1));
  if (object.kind === 'gcp-service-account') takeAddress(context, object);
  context.store.begin(object);
}
