import type { Anchors, Finding, Sighting } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { sharedRole } from '../../../../model/guards/shared.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Kind, Undo } from '../../../kind.ts';
import { describeDiff } from '../../../../model/diff.ts';
import { accountHeldBy } from '../binding/binding.ts';
import { RefusedError } from '../../wire/classify.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { roleTokens } from '../../footprint/custom-roles.ts';
import { orGone } from '../../wire/gone.ts';
import { grantsOf } from '../policy.ts';
import { lastSegment, type CustomRole, type CustomRoles, type GcpSnapshot } from '../../snapshot.ts';

/** Google undeletes a custom role for 7 days; its id is free again 37 days after the deletion (IAM documentation, "Deleting a custom role"). */
const DAY = 86_400_000;

const PURGED = 'its id is free again 37 days after the deletion, and then a restore makes it anew of the permissions in the plan';

/**
 * The organisation's custom role that an onboarding script made. Its name never decides: it is ours when our service account holds it and
 * nobody else does. It goes after its bindings.
 */
export const gcpCustomRole: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-custom-role',
  match(snapshot, anchors) {
    const { customRoles } = snapshot;
    if (!customRoles) return { findings: [], sightings: [] };
    const judged = customRoles.roles.map((role) => judge(role, customRoles, anchors));
    return {
      findings: judged.flatMap((j) => (j.ours > 0 ? [finding(snapshot, j)] : [])),
      sightings: [...judged.flatMap((j) => (j.ours > 0 ? [] : [sighting(snapshot, j)])), ...unseen(snapshot, customRoles)],
    };
  },
  async read(api, item) {
    const role = await orGone(() => api.getRole(plannedRole(item).name));
    if (!role || role.deleted) return undefined;
    const { deleted: _, ...definition } = role;
    return definition;
  },
  async remove(api, [item]) {
    const { name } = plannedRole(item);
    const organization = name.slice(0, name.indexOf('/roles/'));
    const left = grantsOf(organization, await api.getPolicy(organization)).filter((g) => g.role === name);
    if (left.length > 0) throw new RefusedError('StillInUse', `${name} is still held by ${left.map((g) => g.member).join(', ')}`);
    await orGone(() => api.deleteRole(name));
  },
  undo: {
    losses: () => [],
    keptFor: 7 * DAY,
    freeAfter: 37 * DAY,
    purged: PURGED,
    indispensable: true,
    anew: () => ['its etag, and what the audit logs know of the one before stays there'],
    async restore(api, [item]) {
      const { deleted, ...role } = (await orGone(() => api.getRole(plannedRole(item).name))) ?? { deleted: undefined };
      if (deleted === undefined && item.anew === 'itself') return await api.createRole(plannedRole(item));
      if (deleted === undefined)
        throw new RefusedError('NotRestorable', `Google no longer keeps ${plannedRole(item).name}: ${PURGED}: plan another restore then`);
      const diff = describeDiff(item.snapshot, role);
      if (diff !== '') throw new RefusedError('NameTaken', `${plannedRole(item).name} is another one by now (${diff})`);
      if (deleted) await api.undeleteRole(plannedRole(item).name);
    },
    comparable: (snapshot) => snapshot,
  } satisfies Undo<GcpApi>,
};

interface Judged {
  role: CustomRole;
  /** How many grants of it our accounts hold, and who else holds it. */
  ours: number;
  others: string[];
  why: string[];
  elsewhereUnseen?: string;
}

function judge(role: CustomRole, { holders, elsewhereUnseen }: CustomRoles, anchors: Anchors): Judged {
  const held = holders.filter((h) => h.role === role.name);
  const ours = held.filter((h) => accountHeldBy(h.member, anchors) !== undefined);
  const others = held.filter((h) => !ours.includes(h)).map((h) => `${h.member} at ${h.resource}`);
  const why = [
    ...ours.map((h) => `held at ${h.resource} by ${h.member}, which the CIEM workload identity pool may act as`),
    `named ${lastSegment(role.name)}, "${role.title}", with ${role.includedPermissions.length} permissions`,
  ];
  return { role, ours: ours.length, others, why, ...(elsewhereUnseen === undefined ? {} : { elsewhereUnseen }) };
}

function plannedRole(item: Pick<PlanItem, 'snapshot'>): CustomRole {
  return item.snapshot as CustomRole;
}

function finding(snapshot: GcpSnapshot, { role, why, others, elsewhereUnseen }: Judged): Finding {
  const unseen =
    elsewhereUnseen &&
    `below the organisation could not be looked at (${elsewhereUnseen}): allow cloudasset.assets.searchAllIamPolicies, or ask`;
  return {
    kind: 'gcp-custom-role',
    system: snapshot.system,
    id: `gcp-custom-role:${role.name}`,
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

function sighting({ system }: GcpSnapshot, { role, why, others }: Judged): Sighting {
  const not = others.length > 0 ? `but held by ${others.join(', ')} only` : 'but no account of ours holds it';
  return { system, id: `gcp-custom-role:${role.name}`, why: [...why, not].join('; '), uses: [] };
}

function unseen({ system, resource }: GcpSnapshot, { unseen: why }: CustomRoles): Sighting[] {
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
