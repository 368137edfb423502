import { z } from 'zod';
import { namedTwice } from './fault.ts';
import { isAmong, normalPerson } from './identity/person.ts';
import { parseYaml } from './yaml.ts';

/** The worker's own floor: what no manifest can loosen. One YAML file, named by OFFBOARD_POLICY. */
export const PolicySchema = z.strictObject({
  /** Who may approve at all. */
  approvers: z.array(z.string().min(1)).min(1, 'is empty; name at least one approver'),
  /** Whoever started a run cannot decide about it. */
  fourEyes: z.boolean().default(true),
  maxItems: z.int().min(1).default(100_000),
  /** Whether an override may remove what nothing but the manifest's word connects with Permissions Management. */
  foreignThings: z.boolean().optional(),
  /** A regular expression that the ticket number of each decision must match as a whole; without it none is demanded. */
  ticket: z
    .string()
    .refine((text) => {
      try {
        return Boolean(new RegExp(text));
      } catch {
        return false;
      }
    }, 'is not a regular expression')
    .optional(),
});
export type Policy = z.infer<typeof PolicySchema>;

/** Checks the text of the policy file. Throws OffboardError naming file, line, field and mend. */
export function parsePolicy(file: string, text: string): Policy {
  return parseYaml(file, text, PolicySchema, ({ approvers }) => namedTwice(['approvers'], approvers, normalPerson));
}

/** Pure: the floor, tightened by the manifest. No approver is left when the two lists share none. */
export function effectivePolicy(floor: Policy, manifest: { approvers: string[]; breakers: { maxItems: number } }): Policy {
  return {
    approvers: floor.approvers.filter((a) => isAmong(a, manifest.approvers)),
    fourEyes: floor.fourEyes,
    maxItems: Math.min(floor.maxItems, manifest.breakers.maxItems),
    ...(floor.ticket === undefined ? {} : { ticket: floor.ticket }),
  };
}
