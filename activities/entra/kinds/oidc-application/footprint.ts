import { MEPM } from '../../../../model/footprint.ts';
import type { Facts, Finding, Hold, Json, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { mayTellOfDefender, sharedWithDefender } from '../../../../model/guards/defender.ts';
import { sharedApplication } from '../../../../model/guards/shared.ts';
import { audienceToken } from '../../../../model/tokens.ts';
import { found, THIRTY_DAYS, type Footprint } from '../../../kind.ts';
import { withItem } from '../../../put-back.ts';
import type { ApplicationDefinition } from '../../application.ts';
import type { EntraSnapshot } from '../../reader.ts';

const NAME = 'entra-oidc-application';
const AWS: readonly string[] = MEPM.awsAudiences;
const GCP: readonly string[] = MEPM.gcpAudiences;

/** The applications made for the OIDC connection to AWS and GCP (guide, "Remove the OIDC application"). */
export const footprint: Footprint<EntraSnapshot> = {
  name: NAME,

  match(snapshot, facts): Match {
    const findings: Finding[] = [];
    const bystanders: Bystander[] = [];
    for (const application of snapshot.applications) {
      const known = application.identifierUris.filter((uri) => AWS.includes(uri) || GCP.includes(uri));
      const named = application.identifierUris.filter((uri) => snapshot.namedUris.includes(uri));
      if (known.length > 0 || named.length > 0) findings.push(finding(snapshot, application, known, named, facts));
      else bystanders.push({ system: snapshot.system, id: application.id, why: lookAlike(application), uses: [] });
    }
    const { applicationCount: seen } = snapshot;
    return { findings, bystanders, ...(seen === undefined ? {} : { seen }) };
  },

  asks: () => mayTellOfDefender,

  putBack(snapshot, own) {
    const planned = own.item.snapshot as unknown as ApplicationDefinition;
    return { ...snapshot, applications: withItem(snapshot.applications, own, planned, (a) => a.id === planned.id, toJson) };
  },

  losses: {
    losses: () => ['only within 30 days of its deletion: after that Graph has purged it for good'],
    keptFor: THIRTY_DAYS,
    purged:
      'Graph has purged it, and one made again would be another application, with another appId and principal and without the consents and credentials it had; its definition is in the plan, for whoever wants to register such a one',
    // Ids, secrets and principals come back as they were.
    comparable: (snapshot) => snapshot,
  },
};

function finding(snapshot: EntraSnapshot, application: ApplicationDefinition, known: string[], named: string[], facts: Facts): Finding {
  return {
    ...found(NAME, snapshot.system, application.id),
    title: `${application.displayName ?? application.appId} (${[...new Set([...known, ...named])].join(', ')})`,
    phase: 'oidc-applications',
    why: [
      ...known.map((uri) => `its identifier URI ${uri} is an audience of Permissions Management`),
      ...named.map((uri) => `the manifest names its identifier URI ${uri}`),
    ],
    confidence: known.length > 0 ? 'certain' : 'name-only',
    ...(known.length > 0 ? {} : { onlyNamed: true as const }),
    risk: 'none',
    stage: 'oidc-applications',
    snapshot: toJson(application),
    provides: application.identifierUris.flatMap(tokensOf),
    uses: [],
    standsFor: [application.appId, ...application.servicePrincipals],
    ...combine(credentialsHold(application), sharedApplication(othersThan([...known, ...named], application)), sharedWithDefender(facts)),
  };
}

/** Tokens of whatever trusts the URI as an audience; a URI that tells no cloud may be trusted in either. */
function tokensOf(uri: string): string[] {
  if (AWS.includes(uri)) return [audienceToken('aws', uri)];
  if (GCP.includes(uri)) return [audienceToken('gcp', uri)];
  return [audienceToken('aws', uri), audienceToken('gcp', uri)];
}

/** What else an application is asked for by, but for what Entra itself proposes: a URI with its own id. */
function othersThan(ours: readonly string[], { identifierUris, appId }: ApplicationDefinition): string[] {
  return identifierUris.filter((uri) => !ours.includes(uri) && !uri.toLowerCase().includes(appId.toLowerCase()));
}

/** Onboarding puts none on it, so somebody else did and may be using the application. */
function credentialsHold(application: ApplicationDefinition): Hold | undefined {
  const counts = [
    [application.passwordCredentials.length, 'secrets'],
    [application.keyCredentials.length, 'certificates'],
    [application.federatedIdentityCredentials.length, 'federated credentials'],
  ] as const;
  const present = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (present.length === 0) return undefined;
  const reason = `it carries ${present.join(' and ')}, which onboarding does not put there: ask who uses it, then remove them or lift the guard`;
  return { code: 'HasCredentials', reason };
}

function lookAlike(application: ApplicationDefinition): string {
  const uris = application.identifierUris.join(', ') || 'none';
  return `its name ${application.displayName ?? ''} looks like onboarding's, its identifier URIs (${uris}) do not`;
}

/** Absent and null mean the same to Graph, so both are left out: a service that drops a null must not look like drift. */
export function toJson(application: ApplicationDefinition): Json {
  return JSON.parse(JSON.stringify(application, (_key, value: unknown) => (value === null ? undefined : value))) as Json;
}
