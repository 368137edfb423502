import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { classifyGcp } from '../../../../activities/gcp/wire/classify.ts';
import { connectGoogle } from '../../../../activities/gcp/wire/clients.ts';
import { forgetLimits } from '../../../../activities/limited.ts';
import { FaultsSchema } from '../../../../sandbox/faults.ts';
import type { GoogleReason } from '../../../../sandbox/google-refusals.ts';
import { sandboxHere, type SandboxHere } from '../../../sandbox/sandbox-here.ts';

/** Google answers 403 to much that has nothing to do with a permission: each reason, as its own client takes it. */

let sandbox: SandboxHere;
beforeAll(async () => {
  sandbox = await sandboxHere();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.stop();
});

const TABLE: Record<GoogleReason, [kind: 'retry' | 'blocked', code: string, mend: string]> = {
  rateLimitExceeded: ['retry', 'RateLimited', ''],
  userRateLimitExceeded: ['retry', 'RateLimited', ''],
  RATE_LIMIT_EXCEEDED: ['retry', 'RateLimited', ''],
  quotaExceeded: ['retry', 'QuotaUsedUp', 'have it raised'],
  dailyLimitExceeded: ['retry', 'QuotaUsedUp', 'have it raised'],
  RESOURCE_QUOTA_EXCEEDED: ['blocked', 'QuotaFull', 'have it raised'],
  forbidden: ['blocked', 'PermissionDenied', 'lacks a permission'],
  IAM_PERMISSION_DENIED: ['blocked', 'PermissionDenied', 'lacks the permission iam.roles.get'],
  insufficientPermissions: ['blocked', 'ScopeInsufficient', 'cloud-platform'],
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: ['blocked', 'ScopeInsufficient', 'cloud-platform'],
  accessNotConfigured: ['blocked', 'ServiceDisabled', 'Enable it'],
  SERVICE_DISABLED: ['blocked', 'ServiceDisabled', 'Enable it'],
  BILLING_DISABLED: ['blocked', 'BillingDisabled', 'link one'],
  CONSUMER_SUSPENDED: ['blocked', 'ConsumerSuspended', 'have that lifted'],
  CONSUMER_INVALID: ['blocked', 'ConsumerInvalid', 'name another'],
  USER_PROJECT_DENIED: ['blocked', 'QuotaProjectDenied', 'serviceUsageConsumer'],
  SECURITY_POLICY_VIOLATED: ['blocked', 'VpcServiceControls', 'ingress rule'],
  ORG_RESTRICTION_VIOLATION: ['blocked', 'OrgRestriction', 'allowed there'],
  ORG_RESTRICTION_HEADER_INVALID: ['blocked', 'OrgRestriction', 'allowed there'],
  LOCATION_POLICY_VIOLATED: ['blocked', 'LocationPolicy', "organization's policy"],
  LOCATION_ORG_POLICY_VIOLATED: ['blocked', 'LocationPolicy', "organization's policy"],
  ACCOUNT_STATE_INVALID: ['blocked', 'AccountState', 'give it one that lives'],
  accountDisabled: ['blocked', 'AccountState', 'give it one that lives'],
  GCP_SUSPENDED: ['blocked', 'Suspended', 'have that lifted'],
};

test.each(Object.entries(TABLE))('403 with the reason %s: %s', async (reason, [kind, code, mend]) => {
  sandbox.faults.set(FaultsSchema.parse({ rate: 1, kinds: ['forbidden'], reasons: [reason], services: ['gcp-crm'] }));
  // As an activity that is to stop does: nothing is asked for again.
  const stopping = { cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context;
  // Nor does what one reason made wait concern the next one.
  forgetLimits();
  const ask = () => asyncLocalStorage.run(stopping, () => connectGoogle(10).projectNumber('contoso-web'));
  const failure = classifyGcp(await ask().catch((error: unknown) => error));
  expect(failure).toMatchObject({ kind, code });
  expect(failure.message).toContain(mend);
  // What only looks like a missing permission is never told as one: a service account is looked for by other ways after that.
  expect(failure.code === 'PermissionDenied').toBe(/lacks/.test(failure.message));
});

test('a quota that is used up is asked for again after minutes, and not again and again before', async () => {
  sandbox.faults.set(FaultsSchema.parse({ rate: 1, kinds: ['forbidden'], reasons: ['dailyLimitExceeded'], services: ['gcp-crm'] }));
  const began = performance.now();
  const error: unknown = await connectGoogle(10)
    .projectNumber('contoso-web')
    .catch((thrown: unknown) => thrown);
  expect(classifyGcp(error)).toMatchObject({ code: 'QuotaUsedUp', retryAfterMs: 300_000 });
  // Four more tries would take more than two seconds.
  expect(performance.now() - began).toBeLessThan(2_000);
});
