import { defenderHold, firstHold } from '../../../../model/defender.ts';
import { MEPM } from '../../../../model/footprint.ts';
import type { Anchors, Hold, Json, Match, Sighting } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Kind } from '../../../kind.ts';
import { classifyEntra } from '../../wire/classify.ts';
import type { EntraApi, ServicePrincipal } from '../../wire/clients.ts';
import type { EntraSnapshot } from '../../reader.ts';
import type { CiemUse } from '../../recent-use.ts';

const NAME = 'entra-ciem-sign-in';

/**
 * Sign-in to the CIEM enterprise application: there while it is enabled, gone once disabled (guide, "Disable user sign-in"). Found by
 * application id only: "Entitlement Management" is another product.
 */
export const ciemSignIn: Kind<EntraSnapshot, EntraApi> = {
  name: NAME,

  match(snapshot, anchors): Match {
    const enabled = snapshot.ciemServicePrincipals.filter((p) => p.appId === MEPM.ciemAppId && p.accountEnabled);
    const findings = enabled.map((principal) => ({
      kind: NAME,
      system: snapshot.system,
      id: `${NAME}:${principal.id}`,
      title: `Sign-in to ${principal.displayName ?? principal.appId}`,
      phase: 'sign-in' as const,
      why: [`its application id ${principal.appId} is Microsoft's own for Permissions Management`, 'users can sign in to it'],
      confidence: 'certain' as const,
      risk: 'read' as const,
      stage: 'sign-in',
      snapshot: toJson(principal),
      provides: ['ciem:sign-in'],
      uses: [],
      ...firstHold(ourselvesHold(principal, anchors), usedHold(snapshot.ciemUse), defenderHold(anchors)),
    }));
    return { findings, sightings: unseenUse(snapshot, enabled) };
  },

  async read(api, item) {
    try {
      const principal = await api.getServicePrincipal(principalId(item));
      return principal.accountEnabled ? toJson(principal) : undefined;
    } catch (error) {
      if (classifyEntra(error).kind === 'gone') return undefined;
      throw error;
    }
  },

  gone: 'sign-in to it is off',

  async remove(api, items) {
    for (const item of items) await api.setSignIn(principalId(item), false);
  },

  undo: {
    losses: () => [],
    async restore(api, items) {
      for (const item of items) await api.setSignIn(principalId(item), true);
    },
    comparable: (snapshot) => snapshot,
  },
};

function ourselvesHold({ id }: ServicePrincipal, { ourselves = [] }: Anchors): Hold | undefined {
  return ourselves.includes(id) ? { code: 'Ourselves', reason: 'the worker itself signs in as this principal' } : undefined;
}

function usedHold({ byItself, byPeople }: CiemUse): Hold | undefined {
  const used = [byItself, byPeople].filter((u) => u !== undefined);
  if (used.length === 0) return undefined;
  return { code: 'RecentlyUsed', reason: `still in use: ${used.join('; ')}` };
}

/** That nobody could look is told: silence would read as "not used". */
function unseenUse({ system, ciemUse }: EntraSnapshot, enabled: ServicePrincipal[]): Sighting[] {
  const { unseen } = ciemUse;
  if (unseen === undefined) return [];
  const why = `whether it was used lately could not be looked at (${unseen}): give the worker AuditLog.Read.All, or ask in the sign-in logs`;
  return enabled.map(({ id }) => ({ system, id: `sign-ins of ${id}`, why, uses: [] }));
}

function principalId(item: PlanItem): string {
  return item.id.slice(NAME.length + 1);
}

function toJson(principal: ServicePrincipal): Json {
  const { id, appId, displayName, accountEnabled, appOwnerOrganizationId, servicePrincipalType } = principal;
  return {
    id,
    appId,
    displayName: displayName ?? null,
    accountEnabled,
    appOwnerOrganizationId: appOwnerOrganizationId ?? null,
    servicePrincipalType: servicePrincipalType ?? null,
  };
}
