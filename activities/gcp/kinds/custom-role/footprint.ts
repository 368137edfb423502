import type { Facts, Finding, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { doubt, doubtOf } from '../../../../model/guards/doubt.ts';
import { sharedRole } from '../../../../model/guards/shared.ts';
import { found, type Footprint } from '../../../kind.ts';
import { withItem } from '../../../put-back.ts';
import { holderOf, type Holder } from '../../footprint/holders.ts';
import { roleTokens } from '../../footprint/ownership.ts';
import { lastSegment, type CustomRole, type CustomRoles, type GcpSnapshot } from '../../snapshot.ts';

/** Google undeletes a custom role for 7 days; its id is free again 37 days after the deletion (IAM documentation, "Deleting a custom role"). */
const DAY = 86_400_000;

export const PURGED = 'its id is free again 37 days after the deletion, and then a restore makes it again of the permissions in the plan';

/**
 * The organisation's custom role that an onboarding script made. Its name never decides: it is ours when our service account holds it and
 * nobody else does. It goes after its bindings.
 */
export const footprint: Footprint<GcpSnapshot> = {
  name: 'gcp-custom-role',
  match(snapshot, facts) {
    const { customRoles } = snapshot;
    if (!customRoles) return { findings: [], bystanders: [] };
    const judged = customRoles.roles.map((role) => judge(role, customRoles, facts));
    return {
      findings: judged.flatMap((j) => (j.ours.length > 0 ? [finding(snapshot, j)] : [])),
      bystanders: [...judged.flatMap((j) => (j.ours.length > 0 ? [] : [bystander(snapshot, j)])), ...unseen(snapshot, customRoles)],
    };
  },
  putBack(snapshot, own) {
    const { customRoles } = snapshot;
    const planned = own.item.snapshot as CustomRole;
    if (!customRoles || !planned.name.startsWith(`${snapshot.resource}/`)) return snapshot;
    return {
      ...snapshot,
      customRoles: {
        ...customRoles,
        roles: withItem(
          customRoles.roles,
          own,
          planned,
          (r) => r.name === planned.name,
          (r) => r,
        ),
      },
    };
  },
  losses: {
    losses: () => [],
    keptFor: 7 * DAY,
    freeAfter: 37 * DAY,
    purged: PURGED,
    indispensable: true,
    recreated: () => ['its etag, and what the audit logs know of the one before stays there'],
    comparable: (snapshot) => snapshot,
  },
};

interface Judged {
  role: CustomRole;
  /** Who of ours holds it, once for each grant, and who else does. */
  ours: Holder[];
  others: string[];
  why: string[];
  elsewhereUnseen?: string;
}

function judge(role: CustomRole, { holders, elsewhereUnseen }: CustomRoles, facts: Facts): Judged {
  const held = holders.filter((h) => h.role === role.name);
  const all = held.map((h) => ({ ...h, holder: holderOf(h.member, facts) }));
  const others = all.filter((h) => h.holder === undefined).map((h) => `${h.member} at ${h.resource}`);
  const why = [
    ...all.flatMap((h) => (h.holder ? [`held at ${h.resource} by ${h.member}, ${h.holder.which}`] : [])),
    `named ${lastSegment(role.name)}, "${role.title}", with ${role.includedPermissions.length} permissions`,
  ];
  return { role, ours: all.flatMap((h) => h.holder ?? []), others, why, ...(elsewhereUnseen === undefined ? {} : { elsewhereUnseen }) };
}

function finding(snapshot: GcpSnapshot, { role, ours, why, others, elsewhereUnseen }: Judged): Finding {
  const unseen =
    elsewhereUnseen &&
    `below the organisation could not be looked at (${elsewhereUnseen}): allow cloudasset.assets.searchAllIamPolicies, or ask`;
  const certain = ours.filter((h) => h.confidence === 'certain');
  return {
    ...found('gcp-custom-role', snapshot.system, role.name),
    title: `custom role ${lastSegment(role.name)}`,
    phase: 'permissions',
    why,
    confidence: certain.length > 0 ? 'certain' : 'name-only',
    risk: 'none',
    // After the bindings of every level.
    stage: 'custom-roles',
    snapshot: role,
    provides: roleTokens(role.name),
    uses: [],
    serves: [...new Set(ours.map((h) => h.token))].map((token) => ({ token, as: 'means' })),
    ...combine(sharedRole(others, unseen), doubt(doubtOf(certain.map((h) => h.doubt)))),
  };
}

function bystander({ system }: GcpSnapshot, { role, why, others }: Judged): Bystander {
  const not = others.length > 0 ? `but held by ${others.join(', ')} only` : 'but no account of ours holds it';
  return { system, id: `gcp-custom-role:${role.name}`, why: [...why, not].join('; '), uses: [] };
}

function unseen({ system, resource }: GcpSnapshot, { unseen: why }: CustomRoles): Bystander[] {
  if (why === undefined) return [];
  return [
    {
      system,
      id: `custom roles of ${resource}`,
      why: `could not be looked at (${why}): allow iam.roles.list and iam.roles.get, or look for CloudKnoxIAMOrgAdmin`,
      uses: [],
    },
  ];
}
