import { z } from 'zod';
import { namedTwice, type Fault } from './fault.ts';
import { entraId, SignInSchema } from './identity/entra.ts';
import { IDENTITIES, type Identity } from './identity/how.ts';
import { isAmong, normalPerson, samePerson } from './identity/person.ts';
import { normalSshKey } from './statement/ssh-signature.ts';
import { parseYaml } from './yaml.ts';

const HOW_TO_CHOOSE =
  'is missing: how is it known who decides? Write `identity: ssh` and the SSH keys of each person under `people`, `identity: entra` and the `oid` of each, or `identity: asserted` where names alone are to do (then whoever may write to the namespace may approve)';

const sshKey = z.string().transform((line, context) => {
  try {
    return normalSshKey(line);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${(error as Error).message}; write a line of a .pub file` });
    return z.NEVER;
  }
});

const quorum = z.int().min(1).optional();

/** One person, by whatever keys: what counts as one pair of eyes. With `group` or `role` it is whoever is in that. */
const PersonSchema = z.strictObject({
  name: z.string().min(1).max(256, 'is longer than 256 characters; write it shorter'),
  /** Public SSH keys, each as a `.pub` file has it. */
  keys: z
    .array(
      z.union([
        sshKey.transform((key) => ({ key })),
        z.strictObject({
          key: sshKey,
          /** ISO time: what this key signed from then on is not this person's word. */
          compromisedSince: z.iso.datetime({ offset: true }).optional(),
        }),
      ]),
    )
    .default([]),
  /** The person's object id in Entra ID. */
  oid: entraId.optional(),
  /** Object id of a group: its members, also through other groups. */
  group: entraId.optional(),
  /** Template id of a directory role: whoever holds it just now. */
  role: entraId.optional(),
});

/** The worker's own floor: what no manifest can loosen. One YAML file, named by OFFBOARD_POLICY. */
export const PolicySchema = z.strictObject({
  identity: z.enum(IDENTITIES, { error: ({ input }) => (input === undefined ? HOW_TO_CHOOSE : 'is none of asserted, ssh, entra') }),
  /** Where people sign in, with `identity: entra`. */
  entra: SignInSchema.optional(),
  /** Whoever may say anything that changes something, where names are not enough. */
  people: z.array(PersonSchema).optional(),
  /** A signature counts only where a security key saw its owner's hand. */
  touch: z.boolean().optional(),
  /** Who may approve at all. */
  approvers: z
    .array(z.string().min(1).max(256, 'is longer than 256 characters; write it shorter'))
    .min(1, 'is empty; name at least one approver')
    .max(10_000, 'has more than 10000 entries; name fewer'),
  /** Whoever started a run cannot decide about it. */
  fourEyes: z.boolean().default(true),
  /** How many approvers a gate needs; one where nothing is said. */
  quorum: z.strictObject({ plan: quorum, wave: quorum, collectors: quorum, restore: quorum }).optional(),
  /** Whoever approved a gate cannot enter a one-time password. */
  codeByAnother: z.boolean().optional(),
  maxItems: z.int().min(1).max(1_000_000, 'is more than a plan may have; write at most 1000000').default(100_000),
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
  return parseYaml(file, text, PolicySchema, policyFaults);
}

function policyFaults({ identity, entra, approvers, people = [], quorum = {} }: Policy): Fault[] {
  const several = people.filter((p) => p.group !== undefined || p.role !== undefined);
  const countable = !approvers.some((a) => several.some((p) => samePerson(p.name, a)));
  const keys = people.flatMap((person, at) => person.keys.map(({ key }, k) => ({ key, path: ['people', at, 'keys', k] as PropertyKey[] })));
  const tooMany = Object.entries(quorum).flatMap(([gate, needed]): Fault[] => {
    if (needed === undefined || !countable || needed <= approvers.length) return [];
    const what = `${needed} approvers are needed, and there are ${approvers.length}`;
    return [{ code: 'InvalidPolicy', path: ['quorum', gate], what, mend: 'name more approvers, or ask for fewer' }];
  });
  const faults = [
    ...tooMany,
    ...namedTwice(['approvers'], approvers, normalPerson),
    ...namedTwice(
      ['people'],
      people.map((p) => p.name),
      normalPerson,
      ['name'],
    ),
    ...keys.flatMap(({ key, path }, at): Fault[] => {
      const before = keys.slice(0, at).find((k) => k.key === key);
      const places = before && [before.path, path];
      return places
        ? [{ code: 'InvalidPolicy', path, what: 'the same key stands there twice', places, mend: 'give each key to one person, once' }]
        : [];
    }),
  ];
  if (identity === 'asserted') return faults;
  if (identity === 'entra') return [...faults, ...signInFaults({ entra, approvers, people })];
  const without = approvers.flatMap((name, at): Fault[] => {
    if ((people.find((p) => samePerson(p.name, name))?.keys.length ?? 0) > 0) return [];
    return [
      {
        code: 'InvalidPolicy',
        path: ['approvers', at],
        what: `${name} has no key under people`,
        mend: 'add one, or nobody can approve as this person',
      },
    ];
  });
  return [...faults, ...without];
}

const GUID = z.guid();

/** A person is one `oid`, and is called by a name that nobody could take for another's. */
function signInFaults({ entra, approvers, people = [] }: Pick<Policy, 'entra' | 'approvers' | 'people'>): Fault[] {
  const fault = (path: PropertyKey[], what: string, mend: string): Fault => ({ code: 'InvalidPolicy', path, what, mend });
  const ids = people.flatMap((p, at) =>
    (['oid', 'group', 'role'] as const).flatMap((by) => (p[by] === undefined ? [] : [{ by, at, id: p[by] }])),
  );
  return [
    ...(entra ? [] : [fault(['entra'], 'is missing', 'write the tenant and the clientId that people sign in to')]),
    ...namedTwice(
      ['people'],
      ids.map((i) => i.id),
      (id) => id,
      ['oid'],
    ).map((f) => {
      const places = (f.places ?? []).map(([, index]) => ids[Number(index)]).flatMap((i) => (i ? [['people', i.at, i.by]] : []));
      return { ...f, code: 'InvalidPolicy' as const, places, mend: 'give each to one entry, once' };
    }),
    ...people.flatMap(({ name, oid, group, role }, at): Fault[] => [
      ...([oid, group, role].filter((id) => id !== undefined).length > 1
        ? [fault(['people', at], `${name} has more than one of oid, group, role`, 'write an entry for each')]
        : []),
      ...(GUID.safeParse(normalPerson(name)).success
        ? [fault(['people', at, 'name'], 'is a GUID', 'write a name: whoever a group admits is called by an object id')]
        : []),
    ]),
    ...approvers.flatMap((name, at): Fault[] => {
      const person = people.find((p) => samePerson(p.name, name));
      if (person?.oid !== undefined || person?.group !== undefined || person?.role !== undefined) return [];
      return [fault(['approvers', at], `${name} has no oid, group or role under people`, 'add one, or nobody can approve as this person')];
    }),
  ];
}

/** What of a manifest tightens a policy. */
interface Demands {
  approvers: string[];
  breakers: { maxItems: number };
  identity?: Identity | undefined;
}

/** Pure: the floor, tightened by the manifest. No approver is left when the two lists share none. */
export function effectivePolicy(floor: Policy, manifest: Demands): Policy {
  const { foreignThings: _, ...rest } = floor;
  return {
    ...withIdentity(rest, manifest.identity),
    approvers: floor.approvers.filter((a) => isAmong(a, manifest.approvers)),
    maxItems: Math.min(floor.maxItems, manifest.breakers.maxItems),
  };
}

/** Pure: the floor, with what a manifest demands beyond it of how it is known who says something. */
export function withIdentity(floor: Policy, demanded: Identity | undefined): Policy {
  return floor.identity === 'asserted' && demanded !== undefined ? { ...floor, identity: demanded } : floor;
}

/** Why a run cannot be held to what its manifest demands of how it is known who says something; undefined where it can. */
export function identityFault(floor: Policy, manifest: Demands): string | undefined {
  const { identity: demanded } = manifest;
  if (demanded === undefined || demanded === floor.identity) return undefined;
  if (floor.identity !== 'asserted')
    return `identity: is ${demanded}, and the worker's policy demands ${floor.identity}; leave it out of the manifest, or write ${floor.identity}`;
  const { path, what, mend } = policyFaults(effectivePolicy(floor, manifest))[0] ?? {};
  if (what === undefined) return undefined;
  return `identity: is ${demanded}, which the worker's policy cannot verify (${path?.join('.')}: ${what}); ${mend}`;
}

/** Whether messages and starts that nobody encrypted are taken: only where names are taken at their word, too. */
export function takesPlain({ identity }: Policy): boolean {
  return identity === 'asserted';
}
