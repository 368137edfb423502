import type { SystemId } from '../names.ts';
import type { Facts, DefenderUse, Hold } from '../finding.ts';

/**
 * The guard of whatever Defender for Cloud's own CIEM shares with Permissions Management: the OIDC applications, the audience in AWS,
 * the read roles of the CIEM principal and its sign-in. Only a look that found nothing lets it go: not to know counts as in use.
 */
export function sharedWithDefender(facts: Pick<Facts, 'defender'>): Hold | undefined {
  const { state, why } = facts.defender ?? { state: 'unknown', why: ['no subscription was looked at'] };
  switch (state) {
    case 'absent':
      return undefined;
    case 'in-use':
      return { code: 'SharedWithDefender', reason: `shared with Defender for Cloud, which uses it: ${why.join('; ')}` };
    case 'unknown':
      return { code: 'SharedWithDefender', reason: `shared with Defender for Cloud, perhaps: ${why.join('; ')}` };
  }
}

/** Defender's plans and connectors stand in subscriptions only. */
export function mayTellOfDefender(system: SystemId): boolean {
  return system.startsWith('azure:/subscriptions/');
}

/** What several systems say of Defender as one: in use beats unknown beats absent. Undefined when none of them can say. */
export function mergeDefender(looks: (DefenderUse | undefined)[]): DefenderUse | undefined {
  const said = looks.filter((t) => t !== undefined);
  const state = (['in-use', 'unknown', 'absent'] as const).find((s) => said.some((t) => t.state === s));
  if (state === undefined) return undefined;
  const why = new Set(said.filter((t) => t.state === state).flatMap((t) => t.why));
  return { state, why: [...why].toSorted() };
}
