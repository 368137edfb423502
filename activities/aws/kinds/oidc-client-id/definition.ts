import type { Json } from '../../../../model/finding.ts';
import { issuerOfProvider } from '../../footprint/ids.ts';
import { ONBOARDED, webIdentityTrust } from '../../footprint/web-identity.ts';
import type { ProviderState, Tags } from '../../snapshot.ts';

/** What a plan freezes of a client id; `OtherClientIds` are those that are neither it nor onboarding's own. */
export type ClientIdState = {
  ProviderArn: string;
  Url: string;
  ClientId: string;
  /** `provider` when nothing else needs the provider, so that it goes with its last client id. */
  Mode: 'client-id' | 'provider';
  OtherClientIds: string[];
  /** Roles that need it, name to RoleId, as the plan saw them: none but these may an override of the guard leave behind. */
  TrustedBy: { [role: string]: string };
  Thumbprints: string[];
  Tags: Tags;
};

/** Client ids of a provider without this one and onboarding's own. */
export function othersThan(clientId: string, { ClientIds }: Pick<ProviderState, 'ClientIds'>): string[] {
  return ClientIds.filter((c) => c !== clientId && !ONBOARDED.includes(c));
}

export function clientIdState(provider: ProviderState, clientId: string, plan: Pick<ClientIdState, 'Mode' | 'TrustedBy'>): ClientIdState {
  return {
    ProviderArn: provider.Arn,
    Url: provider.Url,
    ClientId: clientId,
    Mode: plan.Mode,
    OtherClientIds: othersThan(clientId, provider),
    TrustedBy: plan.TrustedBy,
    Thumbprints: provider.Thumbprints,
    Tags: provider.Tags,
  };
}

/** Pure: whether a role of this trust policy would be locked out: any trust in a provider that goes, the audience's where only that goes. */
export function needsClientId(
  trust: Json,
  { ProviderArn, ClientId, Mode }: Pick<ClientIdState, 'ProviderArn' | 'ClientId' | 'Mode'>,
): boolean {
  const web = webIdentityTrust(trust, issuerOfProvider(ProviderArn) ?? '', ProviderArn, [ClientId]);
  return web !== undefined && (Mode === 'provider' || web.audiences.includes(ClientId));
}
