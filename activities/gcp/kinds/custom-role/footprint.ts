import type { Facts, Finding, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { sharedRole } from '../../../../model/guards/shared.ts';
import { found, type Footprint } from '../../../kind.ts';
import { withItem } from '../../../put-back.ts';
import { accountHeldBy } from '../../footprint/members.ts';
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
      findings: judged.flatMap((j) => (j.ours > 0 ? [finding(snapshot, j)] : [])),
      bystanders: [...judged.flatMap((j) => (j.ours > 0 ? [] : [bystander(snapshot, j)])), ...unseen(snapshot, customRoles)],
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
  /** How many grants of it our accounts hold, and who else holds it. */
  ours: number;
  others: string[];
  why: string[];
  elsewhereUnseen?: string;
}

function judge(role: CustomRole, { holders, elsewhereUnseen }: CustomRoles, facts: Facts): Judged {
  const held = holders.filter((h) => h.role === role.name);
  const ours = held.filter((h) => accountHeldBy(h.member, facts) !== undefined);
  const others = held.filter((h) => !ours.includes(h)).map((h) => `${h.member} at ${h.resource}`);
  const why = [
    ...ours.map((h) => `held at ${h.resource} by ${h.member}, which the CIEM workload identity pool may act as`),
    `named ${lastSegment(role.name)}, "${role.title}", with ${role.includedPermissions.length} permissions`,
  ];
  return { role, ours: ours.length, others, why, ...(elsewhereUnseen === undefined ? {} : { elsewhereUnseen }) };
}

function finding(snapshot: GcpSnapshot, { role, why, others, elsewhereUnseen }: Judged): Finding {
  const unseen =
    elsewhereUnseen &&
    `below the organisation could not be looked at (${elsewhereUnseen}): allow cloudasset.assets.searchAllIamPolicies, or ask`;
  return {
    ...found('gcp-custom-role', snapshot.system, role.name),
    title: `custom role ${lastSegment(role.name)}`,
    phase: 'permissions',
    why,
    confidence: 'certain',
    risk: 'none',
    // After the bindings of every level.
    stage: 'custom-roles',
    snapshot: role,
    provides: roleTokens(role.name),
    uses: [],
    ...combine(sharedRole(others, unseen)),
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
