import { AWS_ORDER } from '../../activities/aws/order.ts';
import type { Anchors, Finding } from '../../model/finding.ts';
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
    sightings: [],
    unknown: [],
    protected: [],
    overrides: [],
    leftAlone: [],
    maxItems: 1_000,
    pilot: [],
    maxPercent: 90,
    scopes: [],
    orders: { aws: AWS_ORDER },
    anchors: { tenantId: 'tenant', issuer: 'sts.windows.net/tenant/', awsOidcRoles: [], gcpServiceAccounts: [] },
    ...more,
  };
}

export function planOf(findings: Finding[], more: Partial<PlanInput> = {}): Plan & { hash: string } {
  const plan = buildPlan(planInput(findings, more));
  return { ...plan, hash: planHash(plan) };
}

/** Why a plan of these leaves things in place. */
export function untouchedOf(findings: Finding[], anchors: Anchors): string[] {
  return planOf(findings, { anchors }).untouched.map((u) => u.reason);
}
