import type { IamHandler } from './call.ts';

/** SimulatePrincipalPolicy: what the worker was given, whatever the resource. */
export const simulation: Record<string, IamHandler> = {
  SimulatePrincipalPolicy(call) {
    call.required('PolicySourceArn');
    const account = call.store.live(`aws-account:${call.account}`);
    const denied = account?.kind === 'aws-account' ? account.deny : undefined;
    const may = (action: string) => call.context.permissions.has('aws', action) && denied?.includes(action) !== true;
    const resources = call.list('ResourceArns');
    return {
      EvaluationResults: call.list('ActionNames').map((EvalActionName) => ({
        EvalActionName,
        EvalResourceName: resources[0] ?? '*',
        EvalDecision: may(EvalActionName) ? 'allowed' : 'implicitDeny',
      })),
      IsTruncated: false,
    };
  },
};
