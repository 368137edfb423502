import type { FailureClass } from '../../../model/errors.ts';
import { lastAdministrator } from '../../../model/guards/last-administrator.ts';
import { scopeLocked } from '../../../model/guards/locks.ts';
import { isNotFound, judgeCommon } from '../../microsoft/failure.ts';

/** With its resource or resource group an assignment goes, too. A scope that only cannot be seen answers with other codes. */
const GONE = new Set(['RoleAssignmentNotFound', 'ResourceGroupNotFound', 'ResourceNotFound']);

/** Codes of ARM that need a person, with what the person does. */
const MEND: Record<string, string> = {
  AuthorizationFailed:
    'give the worker Microsoft.Authorization/roleAssignments/read and /delete at this scope (User Access Administrator or Role Based Access Control Administrator)',
  LinkedAuthorizationFailed: 'give the worker its rights at the linked scope too',
  InvalidAuthenticationToken: 'the token was refused; check that the worker signs in to the tenant that owns this scope',
  InvalidAuthenticationTokenTenant: 'the scope belongs to another tenant; check the ids in the manifest',
  SubscriptionNotFound: 'the subscription does not exist or the worker sees nothing of it; check its id and the rights',
  InvalidSubscriptionId: 'check the subscription id in the manifest',
  InvalidScope: 'check the scope in the manifest',
  NotFound: 'the management group does not exist or the worker sees nothing of it; check its id and the rights',
  ManagementGroupNotFound: 'the management group does not exist or the worker sees nothing of it; check its id and the rights',
  ReadOnlyDisabledSubscription: 'the subscription is disabled and read-only; enable it, then retry, or waive it',
  SubscriptionDisabled: 'the subscription is disabled; enable it, then retry, or waive it',
  RoleAssignmentExists: 'the same right was assigned again meanwhile, under another name; delete that one and restore again, or leave it',
  PrincipalNotFound: 'the principal it was given to is gone; restore that first',
  RoleDefinitionDoesNotExist: 'the custom role is gone; make it again first',
  DenyAssignmentAuthorizationFailed:
    'a deny assignment forbids it; remove that where it was made (a deployment stack, blueprint or managed application)',
};

/** Whether ARM says that the assignment is not there. */
export function isGone(error: unknown): boolean {
  return isNotFound(error, GONE);
}

/** Pure. How ARM's answer to a call on role assignments is to be taken. Codes: ARM's "Common deployment errors" and Microsoft.Authorization. */
export function classifyAzure(error: unknown, now?: number): FailureClass {
  const common = judgeCommon(error, now);
  if ('judged' in common) return common.judged;
  const { status, code, message, retryAfterMs } = common.refusal;
  const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
  // The next try gets a fresh token.
  if (status === 401 && code === 'ExpiredAuthenticationToken') return { kind: 'retry', code, message, ...hint };
  const held = scopeLocked(code, message) ?? lastAdministrator(code, message);
  if (held) return { kind: 'blocked', code: held.code, message: held.reason };
  const mend = MEND[code];
  if (mend !== undefined) return { kind: 'blocked', code, message: `${message}; ${mend}` };
  if (isGone(error)) return { kind: 'blocked', code: 'NotFound', message };
  if (status === 409 && (code === 'Conflict' || code === 'AnotherOperationInProgress')) return { kind: 'retry', code, message, ...hint };
  if (status === 401 || status === 403) {
    return { kind: 'blocked', code: code || `HTTP ${status}`, message: `${message}; ${MEND['AuthorizationFailed'] ?? ''}` };
  }
  return { kind: 'blocked', code: 'Unknown', message: `HTTP ${status} ${code}: ${message}` };
}
