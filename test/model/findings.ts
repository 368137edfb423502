import { AWS_ORDER } from '../../activities/aws/order.ts';
import type { Facts, Finding } from '../../model/finding.ts';
import { buildPlan, planHash, type Plan, type PlanInput } from '../../model/plan.ts';

/** A finding of ours in AWS unless told otherwise; `name` makes its id. */
export function finding(name: string, more: Partial<Finding> = {}): Finding {
  return {
    kind: 'aws-role',
    system: 'aws:111122223333',
    id: `aws-role:${name}`,
    title: `role ${name}`,
    phase: 'permissions',
    why: ['trusts the OIDC role'],
    confidence: 'certain',
    risk: 'read',
    stage: 'logging-role',
    snapshot: { name },
    provides: [],
    uses: [],
    ...more,
  };
}

export function planInput(findings: Finding[], more: Partial<PlanInput> = {}): PlanInput {
  return {
    tenantId: 'tenant',
    manifestHash: 'aa',
    findings,
    bystanders: [],
    unknown: [],
    protected: [],
    overrides: [],
    leftAlone: [],
    maxItems: 1_000,
    pilot: [],
    maxPercent: 90,
    kindCounts: [],
    orders: { aws: AWS_ORDER },
    facts: { tenantId: 'tenant', issuer: 'sts.windows.net/tenant/', awsOidcRoles: [], gcpServiceAccounts: [] },
    ...more,
  };
}

export function planOf(findings: Finding[], more: Partial<PlanInput> = {}): Plan & { hash: string } {
  const plan = buildPlan(planInput(findings, more));
  return { ...plan, hash: planHash(plan) };
}

/** Why a plan of these leaves things in place. */
export function untouchedOf(findings: Finding[], facts: Facts): string[] {
  return planOf(findings, { facts }).untouched.map((u) => u.reason);
}
