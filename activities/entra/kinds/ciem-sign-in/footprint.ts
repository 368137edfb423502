import { MEPM } from '../../../../model/footprint.ts';
import type { Json, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { mayTellOfDefender, sharedWithDefender } from '../../../../model/guards/defender.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import { SIGN_IN_TOKEN } from '../../../../model/tokens.ts';
import { found, type Footprint } from '../../../kind.ts';
import { withItem } from '../../../put-back.ts';
import type { ServicePrincipal } from '../../wire/shapes.ts';
import type { EntraSnapshot } from '../../reader.ts';
import type { CiemUse } from '../../recent-use.ts';

const NAME = 'entra-ciem-sign-in';

/**
 * Sign-in to the CIEM enterprise application: there while it is enabled, gone once disabled (guide, "Disable user sign-in"). Found by
 * application id only: "Entitlement Management" is another product.
 */
export const footprint: Footprint<EntraSnapshot> = {
  name: NAME,

  match(snapshot, facts): Match {
    const enabled = snapshot.ciemServicePrincipals.filter((p) => p.appId === MEPM.ciemAppId && p.accountEnabled);
    const findings = enabled.map((principal) => ({
      ...found(NAME, snapshot.system, principal.id),
      title: `Sign-in to ${principal.displayName ?? principal.appId}`,
      phase: 'sign-in' as const,
      why: [`its application id ${principal.appId} is Microsoft's own for Permissions Management`, 'users can sign in to it'],
      confidence: 'certain' as const,
      risk: 'read' as const,
      stage: 'sign-in',
      snapshot: toJson(principal),
      provides: [SIGN_IN_TOKEN],
      uses: [],
      standsFor: [principal.id],
      ...combine(recentlyUsed(usesOf(snapshot.ciemUse)), sharedWithDefender(facts)),
    }));
    return { findings, bystanders: unseenUse(snapshot, enabled) };
  },

  asks: () => mayTellOfDefender,

  putBack(snapshot, own) {
    const planned = own.item.snapshot as unknown as ServicePrincipal;
    const enabled = (p: ServicePrincipal) => (p.accountEnabled ? toJson(p) : undefined);
    return {
      ...snapshot,
      ciemServicePrincipals: withItem(snapshot.ciemServicePrincipals, own, planned, (p) => p.id === planned.id, enabled),
    };
  },

  gone: 'sign-in to it is off',
  losses: { losses: () => [], comparable: (snapshot) => snapshot },
};

function usesOf({ byItself, byPeople }: CiemUse): string | undefined {
  return [byItself, byPeople].filter((u) => u !== undefined).join('; ') || undefined;
}

/** That nobody could look is told: silence would read as "not used". */
function unseenUse({ system, ciemUse }: EntraSnapshot, enabled: ServicePrincipal[]): Bystander[] {
  const { unseen } = ciemUse;
  if (unseen === undefined) return [];
  const why = `whether it was used lately could not be looked at (${unseen}): give the worker AuditLog.Read.All, or ask in the sign-in logs`;
  return enabled.map(({ id }) => ({ system, id: `sign-ins of ${id}`, why, uses: [] }));
}

/** What a plan freezes of a service principal. */
export function toJson(principal: ServicePrincipal): Json {
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
