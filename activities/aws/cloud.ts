import type { Cloud } from '../cloud.ts';
import type { AwsAccountApi } from './wire/account.ts';
import { putBack } from '../put-back.ts';
import { classify } from './wire/classify.ts';
import { awsConnector } from './wire/clients.ts';
import { awsFacts } from './facts.ts';
import { ownAccessToAccount } from './own-access/read.ts';
import { awsRights } from './rights.ts';
import { readAccount, readTrusts } from './reader.ts';
import { RefusedError } from '../answer.ts';
import { AWS_KINDS, AWS_RESOURCES } from './kinds/index.ts';
import { awsOidcClientId } from './kinds/oidc-client-id/index.ts';
import { awsStack } from './kinds/stack/index.ts';
import type { AwsSnapshot } from './snapshot.ts';
import { listAccounts, rootOfAws } from './root.ts';
import { walkOrganization } from './walk.ts';
import { AWS_ORDER } from './order.ts';
import { LOCAL_TOKENS } from './footprint/ids.ts';

/** Of all kinds only these are, or take along, what lies in an OIDC provider. */
function restOnProviders(kinds: ReadonlySet<string>): boolean {
  return [awsOidcClientId, awsStack([])].some(({ name }) => kinds.has(name));
}

/** AWS as the engine holds it: a system is an account. */
export function awsCloud(): Cloud<AwsSnapshot, AwsAccountApi> {
  const connector = awsConnector();
  return {
    type: 'aws',
    order: AWS_ORDER,
    connect: (system, context) => Promise.resolve().then(() => connector.account(system, context)),
    async walk(context) {
      const { members, managementAccount } = context.manifest.aws ?? {};
      if (members !== 'all' || managementAccount === undefined) return { systems: [], leftOut: [], unknown: [] };
      return walkOrganization(listAccounts(connector, managementAccount, context));
    },
    root: (context) => rootOfAws(connector, context),
    localTokens: LOCAL_TOKENS,
    async read(api, _system, context) {
      const { own } = context;
      if (context.usersOf) return await readTrusts(api, own);
      const read = await readAccount(
        api,
        { usedWithin: context.manifest.guards.usedWithin, now: new Date(), settle: context.manifest.waits.settle },
        AWS_RESOURCES,
        own,
        !context.kinds || restOnProviders(context.kinds),
      );
      return putBack(AWS_KINDS, read, context);
    },
    facts: awsFacts,
    kinds: AWS_KINDS,
    classify,
    ownAccess: ownAccessToAccount,
    rights: awsRights(connector),
    async probe(api) {
      const { account } = await api.callerNow();
      if (account !== api.account)
        throw new RefusedError(
          'WrongAccount',
          `the session for account ${api.account} is in account ${account}; check endpoints and the role to assume`,
        );
    },
  };
}
