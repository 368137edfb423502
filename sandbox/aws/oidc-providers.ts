import { alreadyExists, noSuchEntity, providerArn, tagList, type IamCall, type IamHandler, type Provider } from './call.ts';
import { CREATED } from './ids.ts';

/** IAM OIDC providers. A provider's client ids are objects of their own in the estate, since one may be ours and the other not. */
export const providerCalls = {
  ListOpenIDConnectProviders(call) {
    return { OpenIDConnectProviderList: call.visible('aws-oidc-provider', 'list').map((p) => ({ Arn: providerArn(p) })) };
  },
  GetOpenIDConnectProvider(call) {
    const provider = providerOf(call, call.visible('aws-oidc-provider'));
    return {
      Url: provider.url,
      ClientIDList: call
        .visible('aws-oidc-client-id')
        .filter((c) => c.url === provider.url)
        .map((c) => c.clientId),
      ThumbprintList: provider.thumbprints,
      CreateDate: CREATED,
      Tags: tagList(provider.tags),
    };
  },
  ListOpenIDConnectProviderTags: (call) => call.tagPage(providerOf(call, call.visible('aws-oidc-provider')).tags),
  CreateOpenIDConnectProvider(call) {
    const url = call.required('Url').replace(/^https:\/\//, '');
    const arn = providerArn({ account: call.account, url });
    if (call.live('aws-oidc-provider').some((p) => providerArn(p) === arn)) throw alreadyExists(`Provider with url https://${url}`);
    const { store } = call;
    const before = store.deleted('aws-oidc-provider', call.account).find((d) => providerArn(d.object) === arn);
    const thumbprints = call.list('ThumbprintList');
    const tags = call.tags();
    store.put({ kind: 'aws-oidc-provider', ours: before?.object.ours ?? false, account: call.account, url, thumbprints, tags });
    for (const clientId of call.list('ClientIDList')) add(call, url, clientId);
    return { OpenIDConnectProviderArn: arn };
  },
  /** Idempotent, as documented. */
  AddClientIDToOpenIDConnectProvider(call) {
    const provider = providerOf(call, call.live('aws-oidc-provider'));
    const clientId = call.required('ClientID');
    if (!clientIds(call, provider).some((c) => c.clientId === clientId)) add(call, provider.url, clientId);
  },
  /** Idempotent, as documented: a client id that is not there is no error. */
  RemoveClientIDFromOpenIDConnectProvider(call) {
    const provider = providerOf(call, call.live('aws-oidc-provider'));
    const clientId = call.required('ClientID');
    for (const client of clientIds(call, provider)) if (client.clientId === clientId) call.remove(client);
  },
  /** Idempotent too: "it does not fail or return an error if you call the operation for a provider that does not exist". */
  DeleteOpenIDConnectProvider(call) {
    const arn = call.required('OpenIDConnectProviderArn');
    const provider = call.live('aws-oidc-provider').find((p) => providerArn(p) === arn);
    if (!provider) return;
    for (const client of clientIds(call, provider)) call.remove(client);
    call.remove(provider);
  },
} satisfies Record<string, IamHandler>;

/** The provider's client ids, as they really are. */
export function clientIds(call: IamCall, provider: Provider) {
  return call.live('aws-oidc-client-id').filter((c) => c.url === provider.url);
}

function add(call: IamCall, url: string, clientId: string): void {
  const { store } = call;
  const before = store
    .deleted('aws-oidc-client-id')
    .find(({ object: o }) => o.account === call.account && o.url === url && o.clientId === clientId);
  store.put({ kind: 'aws-oidc-client-id', ours: before?.object.ours ?? false, account: call.account, url, clientId });
}

/** The one of these that `OpenIDConnectProviderArn` names. Throws AwsError NoSuchEntity. */
function providerOf(call: IamCall, providers: Provider[]): Provider {
  const arn = call.required('OpenIDConnectProviderArn');
  const provider = providers.find((p) => providerArn(p) === arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider for arn ${arn}`);
  return provider;
}
