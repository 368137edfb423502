import type { Facts, Finding, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { doubt, doubtOf } from '../../../../model/guards/doubt.ts';
import { mayTellOfDefender, sharedWithDefender } from '../../../../model/guards/defender.ts';
import { audienceToken } from '../../../../model/tokens.ts';
import { found } from '../../../kind.ts';
import { doubtedTrust, oidcRoles } from '../../footprint/our-roles.ts';
import { ownerByTags } from '../../footprint/stack-mark.ts';
import { lostTags, ownTags } from '../../footprint/tags.ts';
import { clientIdToken, isProviderOf } from '../../footprint/ids.ts';
import { ONBOARDED, webIdentityTrust } from '../../footprint/web-identity.ts';
import type { ResourceFootprint } from '../../kind.ts';
import type { AwsSnapshot, ProviderState } from '../../snapshot.ts';
import { clientIdState, needsClientId, othersThan, type ClientIdState } from './definition.ts';

const NAME = 'aws-oidc-client-id';
const TERRAFORM_TYPE = 'aws_iam_openid_connect_provider';

/** Permissions Management's client id in the provider of the tenant's issuer, and the provider with it when nothing else needs it. */
export const footprint: ResourceFootprint = {
  name: NAME,

  match(snapshot, facts): Match {
    const match: Match = { findings: [], bystanders: [], seen: snapshot.providers.flatMap((p) => p.ClientIds).length };
    const mayBeOurs = [...ONBOARDED, ...(facts.namedAudiences ?? [])];
    for (const provider of snapshot.providers) {
      const ours = isProviderOf(provider.Arn, facts.issuer) ? provider.ClientIds.filter((c) => mayBeOurs.includes(c)) : [];
      if (ours.length === 0) match.bystanders.push(bystander(provider, snapshot, facts));
      else match.findings.push(...ours.map((clientId) => toFinding(provider, clientId, snapshot, facts)));
    }
    return match;
  },

  asks: () => mayTellOfDefender,

  /** A client id comes back into the provider that stayed; a provider that went with it is made again, under the same ARN. */
  losses: {
    losses(item, container) {
      const { Mode, Tags } = item.snapshot as ClientIdState;
      return Mode === 'provider' ? ['a new creation date of the provider', ...lostTags(Tags, container)] : [];
    },

    comparable(snapshot) {
      const { TrustedBy: _, ...state } = snapshot as ClientIdState;
      return { ...state, Tags: ownTags(state.Tags) };
    },
  },

  putBack(snapshot, { item, byUs }) {
    const { ProviderArn: Arn, Url, ClientId, OtherClientIds, Thumbprints, Tags } = item.snapshot as ClientIdState;
    const there = snapshot.providers.find((p) => p.Arn === Arn);
    if (there?.ClientIds.includes(ClientId) || !byUs(undefined)) return snapshot;
    const before = there ?? { Arn, Url, ClientIds: OtherClientIds, Thumbprints, Tags };
    const provider = { ...before, ClientIds: [...before.ClientIds, ClientId].toSorted() };
    return { ...snapshot, providers: [...snapshot.providers.filter((p) => p !== there), provider] };
  },

  owners: {
    cloudFormation: {
      type: 'AWS::IAM::OIDCProvider',
      /** A provider is a stack's resource as a whole: a client id of ours stands for it only where the provider goes with it. */
      covers(finding, physicalId) {
        const { ProviderArn, Mode } = finding.snapshot as ClientIdState;
        if (ProviderArn !== physicalId) return undefined;
        return Mode === 'provider' ? 'whole' : 'part';
      },
    },
    terraform: TERRAFORM_TYPE,
  },
};

function trustedBy({ roles }: AwsSnapshot, planned: Parameters<typeof needsClientId>[1]): ClientIdState['TrustedBy'] {
  const needing = roles.filter((r) => needsClientId(r.AssumeRolePolicyDocument, planned));
  return Object.fromEntries(needing.map((r) => [r.RoleName, r.RoleId]));
}

function toFinding(provider: ProviderState, clientId: string, snapshot: AwsSnapshot, facts: Facts): Finding {
  const { ours } = oidcRoles(snapshot, facts);
  const oidc = new Set(ours.map((o) => o.role.Arn));
  const isOnboarded = ONBOARDED.includes(clientId);
  // Another one is as certain as the roles that are ours by it.
  const by = ours.filter((o) => o.uses.includes(clientIdToken(provider.Arn, clientId)));
  const doubted = isOnboarded ? undefined : doubtOf(by.map(doubtedTrust));
  const trusting = snapshot.roles.filter(
    (r) => !oidc.has(r.Arn) && webIdentityTrust(r.AssumeRolePolicyDocument, facts.issuer, provider.Arn),
  );
  const otherIds = othersThan(clientId, provider);
  const mode = trusting.length > 0 || otherIds.length > 0 ? 'client-id' : 'provider';
  const users = [...otherIds, ...trusting.map((r) => `role ${r.RoleName}`)];
  const ofUrl = `of the OIDC provider ${provider.Url}`;
  // Of several client ids of ours any may stay by somebody's word: no one of them takes the provider along for certain.
  const [title, last] =
    mode === 'client-id'
      ? [`Client id ${clientId} ${ofUrl}`, `the provider stays for ${users.join(', ')}`]
      : provider.ClientIds.length > 1
        ? [
            `Client id ${clientId} ${ofUrl}, and the provider with the last of its client ids`,
            "the provider has only Permissions Management's client ids, and goes with the last of them",
          ]
        : [`OIDC provider ${provider.Url} with ${clientId}`, 'nothing else uses the provider'];
  return {
    ...found(NAME, `aws:${snapshot.account}`, `${provider.Arn}#${clientId}`),
    title,
    phase: 'permissions',
    why: [
      isOnboarded
        ? `the provider's issuer is this tenant's and the client id is Permissions Management's`
        : `the provider's issuer is this tenant's and the manifest names the client id`,
      last,
    ],
    confidence: isOnboarded || by.length > 0 ? 'certain' : 'name-only',
    ...(isOnboarded || by.length > 0 ? {} : { onlyNamed: true }),
    risk: 'none',
    stage: 'after-roles',
    snapshot: clientIdState(provider, clientId, {
      Mode: mode,
      TrustedBy: trustedBy(snapshot, { ProviderArn: provider.Arn, ClientId: clientId, Mode: mode }),
    }),
    provides: [clientIdToken(provider.Arn, clientId)],
    uses: [audienceToken('aws', clientId)],
    enteredBy: [audienceToken('aws', clientId)],
    ...combine(doubt(doubted), ownerByTags(snapshot.account, provider.Tags, TERRAFORM_TYPE), sharedWithDefender(facts)),
  };
}

function bystander(provider: ProviderState, snapshot: AwsSnapshot, facts: Facts): Bystander {
  const why = isProviderOf(provider.Arn, facts.issuer)
    ? "this tenant's issuer, but without a client id of Permissions Management"
    : `another issuer than this tenant's (${facts.issuer})`;
  return { system: `aws:${snapshot.account}`, id: `aws-oidc-provider:${provider.Arn}`, why, uses: [] };
}
