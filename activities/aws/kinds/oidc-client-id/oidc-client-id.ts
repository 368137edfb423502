import type { Anchors, Finding, Json, Match, Sighting } from '../../../../model/finding.ts';
import { defenderHold } from '../../../../model/defender.ts';
import type { Kind } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { clientIdState, isOurs, type ClientIdState } from './state.ts';
import { holdOf } from '../../footprint/hold.ts';
import { clientIdUndo } from './undo.ts';
import { oidcRoles } from '../../footprint/our-roles.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { policyDocument, type AwsSnapshot, type ProviderState } from '../../snapshot.ts';
import { audienceToken, clientIdToken } from '../../footprint/tokens.ts';
import { isProviderOf, webIdentityTrust } from '../../footprint/web-identity.ts';

/** Permissions Management's client id in the provider of the tenant's issuer, and the provider with it when nothing else needs it. */
export const awsOidcClientId: Kind<AwsSnapshot, AwsAccountApi> = {
  name: 'aws-oidc-client-id',

  match(snapshot, anchors): Match {
    const match: Match = { findings: [], sightings: [], seen: snapshot.providers.flatMap((p) => p.ClientIds).length };
    for (const provider of snapshot.providers) {
      const ours = isProviderOf(provider.Arn, anchors.issuer) ? provider.ClientIds.filter((c) => isOurs(c)) : [];
      if (ours.length === 0) match.sightings.push(sighting(provider, snapshot, anchors));
      else match.findings.push(...ours.map((clientId) => toFinding(provider, clientId, snapshot, anchors)));
    }
    return match;
  },

  async read(api, item) {
    const plan = planned(item);
    const provider = await api.provider(plan.ProviderArn);
    return provider?.ClientIds.includes(plan.ClientId) ? clientIdState(provider, plan.ClientId, plan) : undefined;
  },

  async remove(api, [item]) {
    const { ProviderArn, ClientId, Mode } = planned(item);
    await refuseWhileTrusted(api, planned(item), item.override === undefined ? {} : planned(item).TrustedBy);
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

/**
 * FOOTPRINT, AWS removal 5: only when no remaining role trusts that audience. Roles just deleted still show for a moment. `excused` are
 * those the approved plan names and an override lets be locked out; a newcomer is never among them, whatever its name.
 */
async function refuseWhileTrusted(api: AwsAccountApi, plan: ClientIdState, excused: ClientIdState['TrustedBy']): Promise<void> {
  const issuer = issuerOfArn(plan.ProviderArn);
  const staying: string[] = [];
  for (const { RoleName, RoleId, AssumeRolePolicyDocument } of await api.roles()) {
    if (!RoleName || !RoleId || !AssumeRolePolicyDocument || excused[RoleName] === RoleId) continue;
    if (!needs(policyDocument(AssumeRolePolicyDocument), issuer, plan.ClientId, plan.Mode)) continue;
    if (await api.role(RoleName)) staying.push(RoleName);
  }
  if (staying.length > 0)
    throw new AwsRefusal(
      'blocked',
      'StillInUse',
      `${plan.ProviderArn} is still trusted by ${staying.join(', ')}; change their trust or waive ${plan.ClientId}`,
    );
}

/** Whether a role of this trust policy would be locked out: any trust in a provider that goes, the audience's where only that goes. */
function needs(trust: Json, issuer: string, clientId: string, mode: ClientIdState['Mode']): boolean {
  const web = webIdentityTrust(trust, issuer);
  return web !== undefined && (mode === 'provider' || web.audiences.includes(clientId));
}

function trustedBy({ roles }: AwsSnapshot, issuer: string, clientId: string, mode: ClientIdState['Mode']): ClientIdState['TrustedBy'] {
  const needing = roles.filter((r) => needs(r.AssumeRolePolicyDocument, issuer, clientId, mode));
  return Object.fromEntries(needing.map((r) => [r.RoleName, r.RoleId]));
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
    stage: 'after-roles',
    snapshot: clientIdState(provider, clientId, { Mode: mode, TrustedBy: trustedBy(snapshot, anchors.issuer, clientId, mode) }),
    provides: [clientIdToken(provider.Arn, clientId)],
    uses: [audienceToken(clientId)],
    ...holdOf(
      { account: snapshot.account, tags: provider.Tags, terraformType: 'aws_iam_openid_connect_provider' },
      [],
      defenderHold(anchors),
    ),
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
