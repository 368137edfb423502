import { z } from 'zod';
import { normalMicrosoft } from './native.ts';

/** Where people sign in, by Microsoft's clouds. Source: Microsoft's page "National clouds", authentication endpoints. */
const AUTHORITIES = {
  public: 'https://login.microsoftonline.com',
  usgov: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
} as const;

const guid = z.guid({ error: 'is not a GUID; write the id, not the name' }).transform(normalMicrosoft);

/** Of Entra ID's objects: a person, a group, or a directory role by its template. */
export const entraId = guid;

/** The application that people sign in to. Its registration: docs/identity.md. */
export const SignInSchema = z.strictObject({
  tenant: guid,
  clientId: guid,
  cloud: z.enum(['public', 'usgov', 'china']).default('public'),
  /** Stands in for Entra ID, as the sandbox does: an https address on this machine. */
  authority: z
    .url({ protocol: /^https$/, hostname: /^(?:127\.0\.0\.1|localhost)$/, error: 'is for a stand-in on this machine; leave it out' })
    .optional(),
  /** Authentication context that a sign-in must satisfy, such as `c1`: by it Conditional Access demands more than a password. */
  acrs: z
    .string()
    .regex(/^c(?:[1-9]|[1-9]\d)$/, 'is no authentication context; write c1 to c99')
    .optional(),
});
export type SignInPolicy = z.infer<typeof SignInSchema>;

/** Who issues the ID tokens of a tenant (v2.0). */
export function issuerOf({ tenant, cloud, authority }: SignInPolicy): string {
  return `${(authority ?? AUTHORITIES[cloud]).replace(/\/$/, '')}/${tenant}/v2.0`;
}

/** What Graph said once, when it was recorded: which of the policy's groups and directory roles a person was in. */
export interface Membership {
  groups: string[];
  roles: string[];
}

/** Of the policy what says whom it names and admits. */
interface Admitting {
  people?: { name: string; oid?: string | undefined; group?: string | undefined; role?: string | undefined }[] | undefined;
}

/** Groups and directory roles that the policy admits people by. */
export function admitting({ people = [] }: Admitting): Membership {
  return { groups: people.flatMap((p) => p.group ?? []), roles: people.flatMap((p) => p.role ?? []) };
}

/** By which names of the policy a person is admitted: their own, and those of groups and roles that they are in. */
export function admittedAs({ people = [] }: Admitting, oid: string, { groups, roles }: Membership): string[] {
  return people.flatMap(({ name, oid: own, group, role }) => {
    const isIn = own === oid || (group !== undefined && groups.includes(group)) || (role !== undefined && roles.includes(role));
    return isIn ? [name] : [];
  });
}

/** What a person is called: as the policy's entry with their `oid` says; whoever is admitted by a group or role only is their `oid`. */
export function calledBy({ people = [] }: Admitting, oid: string): string {
  return people.find((p) => p.oid === oid)?.name ?? oid;
}
