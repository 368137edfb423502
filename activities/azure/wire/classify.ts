import { lastAdministrator } from '../../../model/guards/last-administrator.ts';
import { scopeLocked } from '../../../model/guards/locks.ts';
import { classifierOf, isNotFound } from '../../microsoft/failure.ts';

/** With its resource or resource group an assignment goes, too. A scope that only cannot be seen answers with other codes. */
const GONE = new Set(['RoleAssignmentNotFound', 'ResourceGroupNotFound', 'ResourceNotFound']);

const RIGHTS =
  'give the worker Microsoft.Authorization/roleAssignments/read and /delete at this scope (User Access Administrator or Role Based Access Control Administrator)';

/** Codes of ARM that need a person, with what the person does. */
const MEND: Record<string, string> = {
  AuthorizationFailed: RIGHTS,
  LinkedAuthorizationFailed: 'give the worker its rights at the linked scope too',
  InvalidAuthenticationTokenTenant: 'the scope belongs to another tenant; check the ids in the manifest',
  SubscriptionNotFound: 'the subscription does not exist or the worker sees nothing of it; check its id and the rights',
  InvalidSubscriptionId: 'check the subscription id in the manifest',
  InvalidScope: 'check the scope in the manifest',
  NotFound: 'the management group does not exist or the worker sees nothing of it; check its id and the rights',
  ManagementGroupNotFound: 'the management group does not exist or the worker sees nothing of it; check its id and the rights',
  ReadOnlyDisabledSubscription: 'the subscription is disabled and read-only; enable it',
  SubscriptionDisabled: 'the subscription is disabled; enable it',
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

/** How ARM's answer to a call on role assignments is to be taken. Codes: ARM's "Common deployment errors" and Microsoft.Authorization. */
export const classifyAzure = classifierOf({
  gone: GONE,
  mend: MEND,
  rights: RIGHTS,
  passes: ({ status, code }) => status === 409 && (code === 'Conflict' || code === 'AnotherOperationInProgress'),
  held: (code, message) => scopeLocked(code, message) ?? lastAdministrator(code, message),
});
