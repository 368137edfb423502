import type { Facts, Finding, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { DEFENDER } from '../../../../model/footprint.ts';
import { isOneOf } from '../../../../model/one-of.ts';
import { found, type Footprint } from '../../../kind.ts';
import { isNamedLikeOurs, GCP_NAMES, roleTokens } from '../../footprint/ownership.ts';
import { grantId, accountGrant, GRANTS, grantsOf, type AccountGrant, type Grant, withGrant } from '../../footprint/grants.ts';
import { holderOf, poolWith, type Holder } from '../../footprint/holders.ts';
import { addressOf, liveMember } from '../../footprint/members.ts';
import { riskOf } from '../../footprint/risk.ts';
import type { GcpStage } from '../../order.ts';
import type { GcpSnapshot } from '../../snapshot.ts';

/**
 * Every role our service account, or an identity of our pool itself, holds on an organisation, folder or project, whatever the role: Microsoft's folder script granted
 * the controller's roles even when the operator declined them.
 */
export const footprint: Footprint<GcpSnapshot> = {
  ...GRANTS,
  name: 'gcp-binding',
  match(snapshot, facts) {
    const grants = grantsOf(snapshot.resource, snapshot.policy);
    const held = grants.map((grant) => ({ grant, holder: holderOf(grant.member, facts) }));
    const findings = held.flatMap(({ grant, holder }) => (holder === undefined ? [] : [finding(snapshot, grant, holder)]));
    const others = held.flatMap(({ grant, holder }) => (holder === undefined ? [grant] : []));
    return { findings, bystanders: others.flatMap((g) => bystander(snapshot, g, facts)), seen: snapshot.notRead?.grants ?? grants.length };
  },
  // An organisation tells who holds its roles anywhere in it.
  showsIn: (system) => system.startsWith('gcp:organizations/'),
  putBack(snapshot, own) {
    const { resource, role, member } = own.item.snapshot as AccountGrant;
    const here = resource === snapshot.resource ? { ...snapshot, policy: withGrant(snapshot.policy, own) } : snapshot;
    const { customRoles } = here;
    // An organisation's role may be held anywhere in it.
    const held = customRoles?.holders.some((h) => h.role === role && h.member === member && h.resource === resource);
    if (!customRoles?.roles.some((r) => r.name === role) || held || !own.byUs(undefined)) return here;
    return { ...here, customRoles: { ...customRoles, holders: [...customRoles.holders, { role, member, resource }] } };
  },
};

function finding(snapshot: GcpSnapshot, grant: Grant, holder: Holder): Finding {
  const where = `on ${grant.resource}${grant.condition ? ` under the condition "${grant.condition.title}"` : ''}`;
  const who = holder.uniqueId === '' ? grant.member : holder.name;
  return {
    // By its account's live form: the same grant, whether that account lives or was deleted since.
    ...found('gcp-binding', snapshot.system, grantId({ ...grant, member: liveMember(grant.member) })),
    title: `${grant.role} of ${who} ${where}`,
    phase: 'permissions',
    why: [`held by ${who}, ${holder.which}`],
    confidence: holder.confidence,
    risk: riskOf(grant.role),
    stage: STAGES[grant.resource.split('/')[0] ?? ''] ?? 'project-bindings',
    snapshot: accountGrant(grant, holder.uniqueId),
    provides: [],
    uses: [holder.token, ...roleTokens(grant.role)],
    serves: [{ token: holder.token, as: 'means' }],
    standsFor: [holder.name],
    ...combine(holder.hold),
  };
}

/** Widest reach first. */
const STAGES: Record<string, GcpStage> = {
  organizations: 'organization-bindings',
  folders: 'folder-bindings',
  projects: 'project-bindings',
};

function bystander(snapshot: GcpSnapshot, grant: Grant, facts: Facts): Bystander[] {
  const localPart = addressOf(grant.member)?.split('@')[0];
  const isDefender = localPart === DEFENDER.gcpServiceAccount;
  const looksLike = isDefender
    ? `${grant.role} of ${grant.member}: Microsoft Defender for Cloud's`
    : isOneOf(GCP_NAMES.serviceAccount, localPart)
      ? `${grant.role} of ${grant.member}: named like ours, but no pool of ours is known to act as it`
      : undefined;
  const uses = isNamedLikeOurs({ name: grant.role }) ? roleTokens(grant.role) : [];
  const keeps = uses.length > 0 ? `${grant.role} of ${grant.member}, who keeps that role in place` : undefined;
  const pool = poolWith(grant.member, facts);
  const shared = pool && `${grant.role} of ${grant.member}: identities of ${pool.name}, which others share with Permissions Management`;
  const why = looksLike ?? keeps ?? shared;
  if (why === undefined) return [];
  const defender = isDefender ? { defender: true as const } : {};
  return [{ system: snapshot.system, id: `gcp-binding:${grantId(grant)}`, why, uses, ...defender }];
}
