import { z } from 'zod';

/** The schema of one kind of object. `ours` is for the sandbox's own report; no cloud API shows it. */
export function object<K extends string, S extends z.core.$ZodShape>(kind: K, fields: S) {
  return z.strictObject({ kind: z.literal(kind), ours: z.boolean(), ...fields });
}

/** Fields that objects of several clouds share. */
export const guid = z.guid();
export const json = z.record(z.string(), z.json());
export const tags = z.record(z.string(), z.string()).default({});
