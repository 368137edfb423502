import { live, noSuchEntity, providerArn, required, tagList, visible, type IamCall, type IamHandler, type Provider } from './call.ts';
import { CREATED } from './ids.ts';
import { page } from './paging.ts';

/** IAM OIDC providers. A provider's client ids are objects of their own in the estate, since one may be ours and the other not. */
export const providerCalls: Record<string, IamHandler> = {
  ListOpenIDConnectProviders(call) {
    return { OpenIDConnectProviderList: visible(call, 'aws-oidc-provider').map((p) => ({ Arn: providerArn(p) })) };
  },
  GetOpenIDConnectProvider(call) {
    const provider = visibleProvider(call);
    return {
      Url: provider.url,
      ClientIDList: visible(call, 'aws-oidc-client-id')
        .filter((c) => c.url === provider.url)
        .map((c) => c.clientId),
      ThumbprintList: provider.thumbprints,
      CreateDate: CREATED,
      Tags: tagList(provider.tags),
    };
  },
  ListOpenIDConnectProviderTags(call) {
    const { items, more } = page(call, Object.entries(visibleProvider(call).tags), ([key]) => key);
    return { Tags: tagList(Object.fromEntries(items)), ...more };
  },
  /** Idempotent, as documented: a client id that is not there is no error. */
  RemoveClientIDFromOpenIDConnectProvider(call) {
    const arn = required(call, 'OpenIDConnectProviderArn');
    const provider = live(call, 'aws-oidc-provider').find((p) => providerArn(p) === arn);
    if (!provider) throw noSuchEntity(`OpenIDConnect Provider for arn ${arn}`);
    const clientId = required(call, 'ClientID');
    for (const client of clientIds(call, provider)) if (client.clientId === clientId) call.context.store.remove(client, call.context.now());
    return undefined;
  },
  /** Idempotent too: "it does not fail or return an error if you call the operation for a provider that does not exist". */
  DeleteOpenIDConnectProvider(call) {
    const arn = required(call, 'OpenIDConnectProviderArn');
    const provider = live(call, 'aws-oidc-provider').find((p) => providerArn(p) === arn);
    if (!provider) return undefined;
    for (const client of clientIds(call, provider)) call.context.store.remove(client, call.context.now());
    call.context.store.remove(provider, call.context.now());
    return undefined;
  },
};

/** The provider's client ids, as they really are. */
export function clientIds(call: IamCall, provider: Provider) {
  return live(call, 'aws-oidc-client-id').filter((c) => c.url === provider.url);
}

function visibleProvider(call: IamCall): Provider {
  const arn = required(call, 'OpenIDConnectProviderArn');
  const provider = visible(call, 'aws-oidc-provider').find((p) => providerArn(p) === arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider for arn ${arn}`);
  return provider;
}
