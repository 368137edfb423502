import { MEPM } from '../../model/footprint.ts';
import type { ProviderState, Tags } from './snapshot.ts';

const OURS: readonly string[] = MEPM.awsAudiences;

/** What a plan freezes of a client id; `OtherClientIds` are those that are not Permissions Management's. */
export type ClientIdState = {
  ProviderArn: string;
  Url: string;
  ClientId: string;
  /** `provider` when nothing else needs the provider, so that it goes with its last client id. */
  Mode: 'client-id' | 'provider';
  OtherClientIds: string[];
  Thumbprints: string[];
  Tags: Tags;
};

/** Whether a client id is one of Permissions Management's audiences. */
export function isOurs(clientId: string): boolean {
  return OURS.includes(clientId);
}

export function clientIdState(provider: ProviderState, clientId: string, mode: ClientIdState['Mode']): ClientIdState {
  return {
    ProviderArn: provider.Arn,
    Url: provider.Url,
    ClientId: clientId,
    Mode: mode,
    OtherClientIds: provider.ClientIds.filter((c) => !isOurs(c)),
    Thumbprints: provider.Thumbprints,
    Tags: provider.Tags,
  };
}
