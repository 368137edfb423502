import type { Anchors, Finding, Match, Sighting } from '../../model/finding.ts';
import type { Kind } from '../kind.ts';
import type { AwsAccountApi } from './api.ts';
import { clientIdState, isOurs, type ClientIdState } from './client-id-state.ts';
import { holdOf } from './hold.ts';
import { clientIdUndo } from './oidc-client-id-undo.ts';
import { oidcRoles } from './our-roles.ts';
import { AwsRefusal } from './refusal.ts';
import { policyDocument, type AwsSnapshot, type ProviderState } from './snapshot.ts';
import { audienceToken, clientIdToken } from './tokens.ts';
import { isProviderOf, webIdentityTrust } from './web-identity.ts';

/** Permissions Management's client id in the provider of the tenant's issuer, and the provider with it when nothing else needs it. */
export const awsOidcClientId: Kind<AwsSnapshot, AwsAccountApi> = {
  name: 'aws-oidc-client-id',

  match(snapshot, anchors): Match {
    const match: Match = { findings: [], sightings: [] };
    for (const provider of snapshot.providers) {
      const ours = isProviderOf(provider.Arn, anchors.issuer) ? provider.ClientIds.filter((c) => isOurs(c)) : [];
      if (ours.length === 0) match.sightings.push(sighting(provider, snapshot, anchors));
      else match.findings.push(...ours.map((clientId) => toFinding(provider, clientId, snapshot, anchors)));
    }
    return match;
  },

  async read(api, item) {
    const { ProviderArn, ClientId, Mode } = planned(item);
    const provider = await api.provider(ProviderArn);
    return provider?.ClientIds.includes(ClientId) ? clientIdState(provider, ClientId, Mode) : undefined;
  },

  async remove(api, [item]) {
    const { ProviderArn, ClientId, Mode } = planned(item);
    if (item.override === undefined) await refuseWhileTrusted(api, ProviderArn, ClientId, Mode);
    const provider = await api.provider(ProviderArn);
    if (!provider?.ClientIds.includes(ClientId)) return;
    const isLast = provider.ClientIds.every((c) => c === ClientId);
    if (Mode === 'provider' && isLast) await api.deleteProvider(ProviderArn);
    else await api.removeClientId(ProviderArn, ClientId);
  },

  undo: clientIdUndo,
};

function planned(item: Pick<Finding, 'snapshot'>): ClientIdState {
  return item.snapshot as ClientIdState;
}

/** FOOTPRINT, AWS removal 5: only when no remaining role trusts that audience. Roles just deleted still show for a moment. */
async function refuseWhileTrusted(api: AwsAccountApi, providerArn: string, clientId: string, mode: ClientIdState['Mode']): Promise<void> {
  const issuer = issuerOfArn(providerArn);
  const staying: string[] = [];
  for (const { RoleName, AssumeRolePolicyDocument } of await api.roles()) {
    if (!RoleName || !AssumeRolePolicyDocument) continue;
    const trust = webIdentityTrust(policyDocument(AssumeRolePolicyDocument), issuer);
    if (!trust || (mode === 'client-id' && !trust.audiences.includes(clientId))) continue;
    if (await api.role(RoleName)) staying.push(RoleName);
  }
  if (staying.length > 0)
    throw new AwsRefusal(
      'blocked',
      'StillInUse',
      `${providerArn} is still trusted by ${staying.join(', ')}; change their trust or waive ${clientId}`,
    );
}

function toFinding(provider: ProviderState, clientId: string, snapshot: AwsSnapshot, anchors: Anchors): Finding {
  const oidc = new Set(oidcRoles(snapshot, anchors.issuer).map((o) => o.role.Arn));
  const trusting = snapshot.roles.filter((r) => !oidc.has(r.Arn) && webIdentityTrust(r.AssumeRolePolicyDocument, anchors.issuer));
  const otherIds = provider.ClientIds.filter((c) => !isOurs(c));
  const mode = trusting.length > 0 || otherIds.length > 0 ? 'client-id' : 'provider';
  const users = [...otherIds, ...trusting.map((r) => `role ${r.RoleName}`)];
  return {
    kind: awsOidcClientId.name,
    system: `aws:${snapshot.account}`,
    id: `${awsOidcClientId.name}:${provider.Arn}#${clientId}`,
    title:
      mode === 'provider' ? `OIDC provider ${provider.Url} with ${clientId}` : `Client id ${clientId} of the OIDC provider ${provider.Url}`,
    phase: 'permissions',
    why: [
      `the provider's issuer is this tenant's and the client id is Permissions Management's`,
      mode === 'provider' ? 'nothing else uses the provider' : `the provider stays for ${users.join(', ')}`,
    ],
    confidence: 'certain',
    risk: 'none',
    rank: 4,
    snapshot: clientIdState(provider, clientId, mode),
    provides: [clientIdToken(provider.Arn, clientId)],
    uses: [audienceToken(clientId)],
    ...holdOf(provider.Tags, []),
  };
}

function sighting(provider: ProviderState, snapshot: AwsSnapshot, anchors: Anchors): Sighting {
  const why = isProviderOf(provider.Arn, anchors.issuer)
    ? "this tenant's issuer, but without a client id of Permissions Management"
    : `another issuer than this tenant's (${anchors.issuer})`;
  return { system: `aws:${snapshot.account}`, id: `aws-oidc-provider:${provider.Arn}`, why, uses: [] };
}

function issuerOfArn(arn: string): string {
  const mark = ':oidc-provider/';
  return arn.slice(arn.indexOf(mark) + mark.length);
}
