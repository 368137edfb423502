import { alreadyExists, givenList, givenTags, live, noSuchEntity, providerArn, required, type IamCall, type IamHandler } from './call.ts';
import { clientIds } from './oidc-providers.ts';

/** The calls that make OIDC providers and add client ids to them. */
export const providerCreation: Record<string, IamHandler> = {
  CreateOpenIDConnectProvider(call) {
    const url = required(call, 'Url').replace(/^https:\/\//, '');
    const arn = providerArn({ account: call.account, url });
    if (live(call, 'aws-oidc-provider').some((p) => providerArn(p) === arn)) throw alreadyExists(`Provider with url https://${url}`);
    const { store } = call.context;
    const before = store.deleted('aws-oidc-provider').find((d) => providerArn(d.object) === arn);
    const thumbprints = givenList(call, 'ThumbprintList');
    const tags = givenTags(call);
    store.put({ kind: 'aws-oidc-provider', ours: before?.object.ours ?? false, account: call.account, url, thumbprints, tags });
    for (const clientId of givenList(call, 'ClientIDList')) add(call, url, clientId);
    return { OpenIDConnectProviderArn: arn };
  },
  /** Idempotent, as documented. */
  AddClientIDToOpenIDConnectProvider(call) {
    const arn = required(call, 'OpenIDConnectProviderArn');
    const provider = live(call, 'aws-oidc-provider').find((p) => providerArn(p) === arn);
    if (!provider) throw noSuchEntity(`OpenIDConnect Provider for arn ${arn}`);
    const clientId = required(call, 'ClientID');
    if (!clientIds(call, provider).some((c) => c.clientId === clientId)) add(call, provider.url, clientId);
    return undefined;
  },
};

function add(call: IamCall, url: string, clientId: string): void {
  const { store } = call.context;
  const before = store
    .deleted('aws-oidc-client-id')
    .find(({ object: o }) => o.account === call.account && o.url === url && o.clientId === clientId);
  store.put({ kind: 'aws-oidc-client-id', ours: before?.object.ours ?? false, account: call.account, url, clientId });
}
