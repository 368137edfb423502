import { accountDetails } from './account-details.ts';
import { IamCall } from './call.ts';
import { isActive } from './sts.ts';
import { accountOf, WORKER_ARN } from './credentials.ts';
import { providerCalls } from './oidc-providers.ts';
import { policyCalls } from './policies.ts';
import { simulation } from './simulation.ts';
import { queryService, type Query } from './protocols.ts';
import { roleChanges } from './role-changes.ts';
import { roleReads } from './roles.ts';
import { AwsError } from './wire.ts';

const HANDLERS = { ...roleReads, ...roleChanges, ...policyCalls, ...providerCalls, ...accountDetails, ...simulation };

/** AWS IAM on the query protocol, for the account whose entry role the caller assumed. */
export const iamService = queryService<IamCall>('/iam', 'https://iam.amazonaws.com/doc/2010-05-08/', HANDLERS, (query) => {
  return new IamCall(activeAccount(query), query.parameters, query.context);
});

function activeAccount({ caller, action, context }: Query): string {
  const account = accountOf(caller);
  if (isActive(context, account)) return account;
  const who = caller.type === 'user' ? WORKER_ARN : `arn:aws:sts::${account}:assumed-role/${caller.session.role}`;
  throw new AwsError(403, 'AccessDenied', `User: ${who} is not authorized to perform: iam:${action}`);
}
