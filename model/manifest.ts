import { z } from 'zod';
import { PROVED } from './identity/how.ts';
import { normalMicrosoft, normalNumber } from './identity/native.ts';
import { ChangeWindowSchema } from './window.ts';

/** How long a text, a list or a wait may be: far more than anybody needs, and little enough to be kept and shown. */
const atMost = (most: number): [number, string] => [most, `is longer than ${most} characters; write it shorter`];
const entries = (most: number): [number, string] => [most, `has more than ${most} entries; name fewer`];
const MANY = 100_000;
const YEAR = 366 * 86_400_000;

/** What the operator writes: one YAML file that names the tenant, the systems and the people. Never a credential. */

const guid = z.guid('is not a GUID; copy it from the portal, such as 11111111-2222-3333-4444-555555555555').transform(normalMicrosoft);
const account = z.string().regex(/^\d{12}$/, 'is not an AWS account id; write its 12 digits in quotes');
/** Words for people; over several lines in the file, they are one line everywhere else. */
const prose = z
  .string()
  .overwrite((text) => text.replaceAll(/\s+/g, ' ').trim())
  .max(...atMost(4_000));
/** An id as a cloud writes it. */
const nativeId = z
  .string()
  .min(1)
  .max(...atMost(2_048));
const person = z
  .string()
  .min(1, 'is empty; write a name or a mail address')
  .max(...atMost(256));
/** A project of a domain is `example.com:web`. */
const projectId = z
  .string()
  .regex(/^(?:[a-z][a-z0-9-]{4,28}[a-z0-9]|[a-z0-9-]+(?:\.[a-z0-9-]+)+:[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?)$/, 'is not a GCP project id');
const digits = z
  .string()
  .regex(/^\d{1,30}$/, 'is not a number; write its digits in quotes')
  .transform(normalNumber);
/** A selector that names nothing would claim that nothing is left. */
const some = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .min(1, 'is empty; name at least one or leave the field out')
    .max(...entries(MANY));

/** Ids, or patterns of them with `*` and `?`: what a manifest leaves out. */
const patterns = (shape: RegExp, what: string, normal = (id: string) => id) =>
  some(
    z
      .string()
      .regex(shape, `is neither ${what} nor a pattern of it with * and ?`)
      .max(...atMost(256))
      .regex(/[^*?]/, 'leaves everything out; leave the section out instead')
      .transform(normal),
  ).optional();
const date = z.iso.date('is not a date; write YYYY-MM-DD');

/** The same, or everything there is: the tree is walked then. */
const allOr = <T extends z.ZodType>(item: T) => z.union([z.literal('all'), some(item)], 'is neither a list nor the word all');

/** `90s`, `15m`, `12h`, `3d` or `200ms`; parsed to milliseconds. */
const duration = z
  .string()
  .regex(/^\d{1,15}(ms|s|m|h|d)$/, 'is not a duration; write such as 200ms, 90s, 15m, 12h or 3d')
  .transform((text) => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    const [, n, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) as unknown as [string, string, keyof typeof units];
    return Number(n) * units[unit];
  })
  .refine((ms) => ms <= YEAR, 'is longer than a year; write at most 366d');
const span = (text: string) => duration.prefault(text);

const successor = z.union(
  [
    z.strictObject({ vendor: prose.min(1), since: date, attestedBy: person }),
    z.strictObject({ none: prose.min(10, 'needs a reason of at least 10 characters'), attestedBy: person }),
  ],
  'names no successor; write vendor, since and attestedBy, or none (a reason) and attestedBy: the guide lets offboarding begin only once a successor is onboarded',
);

const collector = z.strictObject({
  id: nativeId,
  type: z.enum(['aws', 'azure', 'gcp']),
  name: z
    .string()
    .max(...atMost(256))
    .optional(),
  driver: z.enum(['http', 'operator', 'retired']),
  /** Who gets the one-time password by mail: a Permissions Management Administrator. */
  recipient: person,
});

export const ManifestSchema = z.strictObject({
  tenant: z.strictObject({ id: guid, cloud: z.enum(['public', 'usgov', 'china']).default('public') }),
  successor,
  aws: z
    .strictObject({
      /** Where OIDC provider and role are, one account or several: only these prove others. Without it they are looked for in every account. */
      oidcAccount: z.union([account, some(account)], 'is neither an AWS account id, 12 digits in quotes, nor a list of them').optional(),
      managementAccount: account.optional(),
      loggingAccount: account.optional(),
      members: allOr(account),
      /** Name of the role the worker assumes in each account. */
      assumeRole: z.string().regex(/^[\w+=,.@/-]{1,128}$/, 'is not a role name'),
      /** What the trust of that role demands as `sts:ExternalId`. No secret: AWS shows it to whoever reads the trust. */
      externalId: z
        .string()
        .regex(/^[\w+=,.@:/-]{2,1224}$/, 'is not an external id: 2 to 1,224 of letters, digits and +=,.@:/-_')
        .optional(),
    })
    .optional(),
  azure: z
    .strictObject({
      subscriptions: allOr(guid),
      managementGroups: allOr(
        z
          .string()
          .min(1)
          .max(...atMost(256)),
      ).optional(),
      /** Look at `/` too (assignments made after elevation). */
      root: z.boolean().default(false),
    })
    .optional(),
  gcp: z
    .strictObject({
      organization: digits.optional(),
      folders: allOr(digits).optional(),
      projects: allOr(projectId),
      /** Where workload identity pool and service account are, one project or several: only these prove others. Without it they are looked for in every project. */
      oidcProject: z.union([projectId, some(projectId)], 'is neither a GCP project id nor a list of them').optional(),
    })
    .optional(),
  entra: z
    .strictObject({
      /** Identifier URIs of OIDC applications beside onboarding's own, which are always looked for. */
      applications: some(nativeId.startsWith('api://', 'is not an identifier URI; it begins with api://')).optional(),
      /** Object ids that the CIEM service principal had before it was deleted: Azure knows its assignments by nothing else. */
      formerPrincipals: some(guid).optional(),
    })
    .prefault({}),
  /** What `all` stands for but for these: nothing is read there, and nothing is known of it. */
  exclude: z
    .strictObject({
      accounts: patterns(/^[\d*?]{1,12}$/, 'an AWS account id in quotes'),
      subscriptions: patterns(/^[\da-f*?-]+$/i, 'a GUID', normalMicrosoft),
      managementGroups: patterns(/^[^/\s]+$/, 'the id of a management group'),
      folders: patterns(/^[\d*?]+$/, 'a folder number in quotes', normalNumber),
      projects: patterns(/^[a-z\d.:*?-]+$/, 'a GCP project id'),
    })
    .optional(),
  collectors: some(collector),
  /** Who may approve; the worker's policy may name fewer, never more. */
  approvers: some(person),
  /** How it must be proved who says something in this run, where the worker's policy takes names at their word. */
  identity: z.enum(PROVED, 'is neither ssh nor entra; leave it out where the worker’s policy is to say it').optional(),
  /** Permissions Management Administrators, where the directory cannot be read: attested here. */
  administrators: some(person).optional(),
  /** The guide's notes before migrating ("Recommended steps before migrating"): the three that have no API. */
  notes: z
    .strictObject({
      groupAccess: z
        .array(prose)
        .max(...entries(1_000))
        .default([]),
      customReports: z
        .array(prose)
        .max(...entries(1_000))
        .default([]),
      alerts: z
        .array(prose)
        .max(...entries(1_000))
        .default([]),
    })
    .prefault({}),
  /** Native ids that are never planned, whatever they match. */
  protected: z
    .array(nativeId)
    .max(...entries(MANY))
    .default([]),
  /** Guards lifted before approval, so that the plan's hash covers it. */
  overrides: z
    .array(z.strictObject({ item: nativeId, reason: prose.min(10, 'needs a reason of at least 10 characters') }))
    .max(...entries(MANY))
    .default([]),
  breakers: z
    .strictObject({
      maxItems: z.int().min(1).max(1_000_000, 'is more than a plan may have; write at most 1000000').default(1000),
      /** Of the things of one kind in one system; counts where there are at least ten. */
      maxPercent: z.int().min(1).max(100).default(90),
    })
    .prefault({}),
  guards: z
    .strictObject({
      /** What was used within this time is held: somebody may be pointed at it. `0ms` holds nothing. */
      usedWithin: span('14d'),
    })
    .prefault({}),
  /** A few systems first: their permissions go, a soak time passes, a person says go ahead, then the rest follows. */
  waves: z
    .strictObject({
      /** Systems as a plan names them, such as `aws:111122223333`. */
      pilot: some(nativeId.regex(/^(aws|azure|gcp):./, 'is not a system; write such as aws:111122223333, as a plan names it')),
      soak: span('1d'),
    })
    .optional(),
  /** `quarantine`: what a cloud can deny or disable is only that at first, and watched; removed, with the rest, after `waits.quarantine`. */
  mode: z.enum(['remove', 'quarantine'], 'is neither remove nor quarantine').default('remove'),
  /** When changes are allowed; always, where none is named. */
  windows: z
    .array(ChangeWindowSchema)
    .max(...entries(100))
    .default([]),
  waits: z
    .strictObject({
      /** How long a gate stays open before it closes as denied. */
      gate: span('7d'),
      reminder: span('1d'),
      escalation: span('3d'),
      /** How long an approval covers removals. */
      approvalValid: span('30d'),
      /** How long a cloud that cannot be reached is tried again before its items count as failed. */
      unreachable: span('1d'),
      /** How long unresolved items and collectors wait for a person. */
      person: span('30d'),
      /** `mode: quarantine`: for how long, and how often the clouds are asked whether something was used. */
      quarantine: span('7d'),
      watch: span('1h'),
      /** A cloud may show for a while what is over, and not yet what is new: after how long it is asked again before its word counts. */
      settle: span('2s'),
    })
    .prefault({}),
});

export type Manifest = z.infer<typeof ManifestSchema>;
