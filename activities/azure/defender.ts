import type { DefenderUse } from '../../model/finding.ts';
import { unlessRefused } from '../answer.ts';
import { classifyAzure } from './wire/classify.ts';
import type { ArmApi, DefenderPlan, SecurityConnector } from './wire/arm.ts';

/** Defender CSPM's extension for entitlements (footprint: name from third-party material). */
const EXTENSION = 'EntraPermissionsManagement';

/**
 * Whether Defender for Cloud's own CIEM is on in a subscription: by its plan's extension or by a connector's offering. A look that is refused
 * gives `unknown`; only what may be tried again is thrown.
 */
export async function lookForDefender(api: ArmApi, subscription: string): Promise<DefenderUse> {
  const looks = await Promise.all([
    look(`the plan CloudPosture of subscription ${subscription}`, async () =>
      planUse(await api.getDefenderPlan(subscription), subscription),
    ),
    look(`the security connectors of subscription ${subscription}`, async () =>
      (await api.listSecurityConnectors(subscription)).flatMap(connectorUse),
    ),
  ]);
  const state = looks.some((l) => l.state === 'in-use') ? 'in-use' : looks.some((l) => l.state === 'unknown') ? 'unknown' : 'absent';
  return { state, why: looks.flatMap((l) => l.why) };
}

async function look(what: string, ask: () => Promise<string[]>): Promise<DefenderUse> {
  const uses = await unlessRefused(classifyAzure, ask);
  if (uses.ok) return { state: uses.value.length > 0 ? 'in-use' : 'absent', why: uses.value };
  const mend = 'give the worker Microsoft.Security/pricings/read and /securityConnectors/read there';
  return { state: 'unknown', why: [`${what} could not be looked at (${uses.failure.code}): ${mend}`] };
}

/** Pure. */
function planUse(plan: DefenderPlan | undefined, subscription: string): string[] {
  const on = plan?.properties.extensions?.some((e) => e.name === EXTENSION && e.isEnabled.toLowerCase() === 'true');
  return on ? [`subscription ${subscription} has Defender CSPM's extension ${EXTENSION} on`] : [];
}

/** Pure: blocks are named `ciem`, `ciemDiscovery` or `ciemOidc`; one that says `enabled: false` is off. */
export function connectorUse(connector: SecurityConnector): string[] {
  const isOn = (block: unknown) => block !== null && typeof block === 'object' && !('enabled' in block && block.enabled === false);
  const on = (connector.properties.offerings ?? []).some((o) =>
    Object.entries(o).some(([name, block]) => /^ciem/i.test(name) && isOn(block)),
  );
  const { environmentName = 'cloud', hierarchyIdentifier = '' } = connector.properties;
  return on ? [`${connector.id} discovers entitlements of ${environmentName} ${hierarchyIdentifier}`] : [];
}
