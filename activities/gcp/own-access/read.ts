import { systemsOf } from '../../../model/manifest-systems.ts';
import { nativeId, type SystemId } from '../../../model/names.ts';
import type { OwnAccess, OwnGrant } from '../../../model/own-access.ts';
import type { ReadContext } from '../../cloud.ts';
import { grantId, accountGrant, grantsOf, type Grant } from '../footprint/grants.ts';
import { demandPolicy } from '../wire/policies.ts';
import { unlessRefused } from '../../answer.ts';
import { classifyGcp } from '../wire/classify.ts';
import type { GcpSnapshot } from '../snapshot.ts';
import type { GcpApi } from '../wire/clients.ts';

/** Basic roles: wider than anything this job asks for. */
const BASIC = new Set(['roles/owner', 'roles/editor']);

/**
 * The bindings of the worker's member in one organisation's, folder's or project's policy. What it inherits from above is seen where the
 * manifest names what lies above; otherwise that is unknown.
 */
export async function ownAccessAtResource(
  api: GcpApi,
  system: SystemId,
  context: ReadContext,
  read?: Pick<GcpSnapshot, 'policy' | 'notRead'>,
): Promise<OwnAccess> {
  const resource = nativeId(system);
  const ourselves = await api.ourselves();
  const access: OwnAccess = { identities: ourselves.map((id) => ({ cloud: 'gcp', id })), grants: [], unknown: [] };
  if (ourselves.length === 0)
    access.unknown.push({ system, reason: "the worker runs under a person's own credentials, which do not tell whose they are" });
  const policy = read && !read.notRead ? read.policy : await demandPolicy(api, resource);
  const held = grantsOf(resource, policy).filter((g) => ourselves.some((name) => isMemberOf(g.member, name)));
  access.grants.push(...held.map((g) => grantOf(g, system, ourselves)));
  access.unknown.push(...(await above(api, resource, context)));
  return access;
}

/** `name` is a service account's address, or a pool (or provider) whose identities the worker is one of. */
function isMemberOf(member: string, name: string): boolean {
  return member === `serviceAccount:${name}` || (/^principal(?:Set)?:/.test(member) && member.includes(`/${name}/`));
}

function grantOf(grant: Grant, system: SystemId, ourselves: string[]): OwnGrant {
  const { role, member, resource, condition } = grant;
  const whole = member.startsWith('principalSet:') && ourselves.some((name) => isMemberOf(member, name));
  const doubt = whole
    ? 'a whole set of identities holds it, of which the worker is one'
    : BASIC.has(role)
      ? 'this job never needs a basic role: it was given for something more'
      : undefined;
  return {
    kind: 'gcp-binding',
    system,
    id: grantId(grant),
    holder: member,
    title: `${role} on ${resource}${condition ? ` (condition ${condition.title})` : ''}`,
    ...(doubt === undefined ? {} : { doubt }),
    definition: accountGrant(grant, ''),
  };
}

async function above(api: GcpApi, resource: string, { manifest }: ReadContext): Promise<OwnAccess['unknown']> {
  if (resource.startsWith('organizations/')) return [];
  const parent = await unlessRefused(classifyGcp, () => api.parentOf(resource));
  if (!parent.ok) return [{ system: `gcp:above ${resource}`, reason: `nobody could look what lies above it (${parent.failure.code})` }];
  const system: SystemId = `gcp:${parent.value}`;
  if (parent.value === undefined || systemsOf(manifest).includes(system)) return [];
  return [{ system, reason: 'the manifest does not name it, so that nobody looked at what the worker is granted there' }];
}
