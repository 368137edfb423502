import { z } from 'zod';
import { EstateObjectSchema } from './objects.ts';

const EntrySchema = z.strictObject({
  object: EstateObjectSchema,
  /** As it was when the estate was loaded; absent for what was created later. */
  initial: EstateObjectSchema.exactOptional(),
  deletedAt: z.iso.datetime().exactOptional(),
  /** When it was made, or undeleted; absent for what the estate began with. */
  madeAt: z.iso.datetime().exactOptional(),
});

export type Entry = z.infer<typeof EntrySchema>;

/** All that a sandbox knows, as `state.json` holds it. */
export const StateSchema = z.strictObject({
  entries: z.record(z.string(), EntrySchema),
  /** What services keep about the estate: operations, mails, etags. */
  slots: z.record(z.string(), z.unknown()),
  /** Keys and clients, which stay when another estate comes. */
  credentials: z.record(z.string(), z.looseObject({})),
});
export type State = z.infer<typeof StateSchema>;
