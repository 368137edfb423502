import type { SandboxResponse } from './service.ts';

/**
 * What Google says with 403 besides that a permission is missing. Those in capitals stand in the details of an error (google.api.ErrorReason), the others in its
 * `errors`, as older APIs have them (Google's "Standard error responses").
 */
const MESSAGES = {
  rateLimitExceeded: 'Rate Limit Exceeded',
  userRateLimitExceeded: 'User Rate Limit Exceeded',
  RATE_LIMIT_EXCEEDED: "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'.",
  quotaExceeded: 'The requested operation requires more resources than the quota allows.',
  dailyLimitExceeded: 'Daily Limit Exceeded',
  RESOURCE_QUOTA_EXCEEDED: "Quota limit 'CustomRolesPerProject' has been exceeded.",
  forbidden: 'The caller does not have permission',
  IAM_PERMISSION_DENIED: "Permission 'iam.roles.get' denied on resource (or it may not exist).",
  insufficientPermissions: 'Insufficient Permission: Request had insufficient authentication scopes.',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'Request had insufficient authentication scopes.',
  accessNotConfigured:
    'Access Not Configured. The API is not enabled for your project, or there is a per-IP restriction. Enable it by visiting https://console.developers.google.com/apis then retry.',
  SERVICE_DISABLED:
    'The API has not been used in project 1 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis then retry.',
  BILLING_DISABLED: 'This API method requires billing to be enabled.',
  CONSUMER_SUSPENDED: "Permission denied: Consumer 'project:1' has been suspended.",
  CONSUMER_INVALID: "Project 'project:1' not found or deleted.",
  USER_PROJECT_DENIED: 'Caller does not have required permission to use project 1.',
  SECURITY_POLICY_VIOLATED: "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc",
  ORG_RESTRICTION_VIOLATION: 'Access denied by organization restriction.',
  ORG_RESTRICTION_HEADER_INVALID: 'The organization restriction header is invalid.',
  LOCATION_POLICY_VIOLATED: 'Request is prohibited by the location policy.',
  LOCATION_ORG_POLICY_VIOLATED: "Location violates constraint 'constraints/gcp.resourceLocations'.",
  ACCOUNT_STATE_INVALID: 'The account is disabled.',
  accountDisabled: 'The account was disabled.',
  GCP_SUSPENDED: 'The account or project was suspended.',
} as const;
export type GoogleReason = keyof typeof MESSAGES;
export const GOOGLE_REASONS = Object.keys(MESSAGES) as [GoogleReason, ...GoogleReason[]];

/** Those that pass by themselves. */
export const PASSING_REASONS: readonly GoogleReason[] = ['rateLimitExceeded', 'userRateLimitExceeded', 'RATE_LIMIT_EXCEEDED'];

/** As Google's APIs answer it. */
export function forbidden(reason: GoogleReason): SandboxResponse {
  const message = MESSAGES[reason];
  const isDetail = reason === reason.toUpperCase();
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { consumer: 'projects/1' },
  };
  const errors = [{ message, domain: 'global', reason: isDetail ? 'forbidden' : reason }];
  const error = { code: 403, message, status: 'PERMISSION_DENIED', errors, ...(isDetail ? { details: [info] } : {}) };
  return { status: 403, body: { error } };
}

/** As Google answers the write of a policy that somebody else changed in between: most APIs by 409, some by 412. */
export function policyChanged(status: 409 | 412): SandboxResponse {
  const message = 'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.';
  return { status, body: { error: { code: status, message, status: status === 409 ? 'ABORTED' : 'FAILED_PRECONDITION' } } };
}
