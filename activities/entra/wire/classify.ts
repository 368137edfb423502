import { classifierOf, isNotFound } from '../../microsoft/failure.ts';

const GONE = new Set(['Request_ResourceNotFound', 'ResourceNotFound']);

const PERMISSIONS =
  'give the worker the Graph application permissions Application.ReadWrite.All and RoleManagement.Read.Directory (User.ReadBasic.All to name administrators, GroupMember.Read.All for groups of its policy), with admin consent';

/** Graph's codes that need a person, with what the person does. */
const MEND: Record<string, string> = {
  Authorization_RequestDenied: PERMISSIONS,
  Authorization_IdentityNotFound: 'the worker has no service principal in this tenant; add it, then retry',
  Authentication_Unauthorized: PERMISSIONS,
  Directory_QuotaExceeded: 'the tenant is over its directory quota; free some, then retry',
  Request_BadRequest: 'Graph did not understand the call',
};

/** Codes Graph gives while another change to the same object is still under way. */
const CONCURRENT = new Set(['Directory_ConcurrencyViolation', 'Request_MultipleObjectsWithSameKeyValue', 'Conflict', 'conflict']);

/** Whether Graph says that an object is not there. */
export function isGone(error: unknown): boolean {
  return isNotFound(error, GONE);
}

/** How Graph's answer is to be taken. Codes: Microsoft Graph "Error responses and resource types" and the directory's own. */
export const classifyEntra = classifierOf({
  gone: GONE,
  mend: MEND,
  rights: PERMISSIONS,
  // Graph has one code for expired and for wrong tokens; only for an expired one does the next try get a better one.
  passes: ({ status, code }) => status === 409 && CONCURRENT.has(code),
});
