import type { SandboxContext, SandboxService } from '../service.ts';
import { accountDetails } from './account-details.ts';
import type { IamHandler } from './call.ts';
import { authenticate, WORKER_ARN, type Caller } from './credentials.ts';
import { providerCreation } from './oidc-provider-creation.ts';
import { providerCalls } from './oidc-providers.ts';
import { policyCalls } from './policies.ts';
import { policyCreation } from './policy-creation.ts';
import { roleChanges } from './role-changes.ts';
import { roleCreation } from './role-creation.ts';
import { roleReads } from './roles.ts';
import { answer, AwsError, errorAnswer } from './wire.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';
const HANDLERS = new Map<string, IamHandler>(
  [roleReads, roleChanges, roleCreation, policyCalls, policyCreation, providerCalls, providerCreation, accountDetails].flatMap((handlers) =>
    Object.entries(handlers),
  ),
);

/** AWS IAM on the query protocol, for the account whose entry role the caller assumed. */
export const iamService: SandboxService = {
  prefix: '/iam',
  handle(request, context) {
    try {
      const caller = authenticate(request, `/iam${request.path}`, context);
      const parameters = new URLSearchParams(request.body);
      const action = parameters.get('Action') ?? '';
      const handler = HANDLERS.get(action);
      if (!handler) throw new AwsError(400, 'InvalidAction', `Could not find operation ${action} for version 2010-05-08`);
      const account = accountOf(caller, action, context);
      return answer(NAMESPACE, action, handler({ account, parameters, context }));
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(NAMESPACE, error);
      throw error;
    }
  },
};

function accountOf(caller: Caller, action: string, context: SandboxContext): string {
  if (caller.type === 'user') throw new AwsError(403, 'AccessDenied', `User: ${WORKER_ARN} is not authorized to perform: iam:${action}`);
  const { account, role } = caller.session;
  if (!context.store.list('aws-account').some((a) => a.id === account && a.state === 'active'))
    throw new AwsError(
      403,
      'AccessDenied',
      `User: arn:aws:sts::${account}:assumed-role/${role} is not authorized to perform: iam:${action}`,
    );
  return account;
}
