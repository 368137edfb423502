import { defenderHold, firstHold } from '../../model/defender.ts';
import { MEPM } from '../../model/footprint.ts';
import type { Json, Match } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { Kind } from '../kind.ts';
import { classifyEntra } from './classify.ts';
import type { EntraApi, ServicePrincipal } from './clients.ts';
import type { EntraSnapshot } from './reader.ts';

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
      rank: 0,
      snapshot: toJson(principal),
      provides: ['ciem:sign-in'],
      uses: [],
      ...firstHold(defenderHold(anchors)),
    }));
    return { findings, sightings: [] };
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
