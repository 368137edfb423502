import { lastStage } from '../../model/order.ts';

/** In which order what onboarding left in AWS goes (docs/footprint.md, "Order"): what others rest on last. */
export const AWS_ORDER = ['member-roles', 'logging-role', 'management-role', 'oidc-role', 'after-roles'] as const;
export type AwsStage = (typeof AWS_ORDER)[number];

/** What takes several things along goes with the last of the roles among them: what only waits for roles to be gone goes along earlier. */
export function stageOfStack(members: readonly string[]): string {
  const roles = members.filter((stage) => stage !== ('after-roles' satisfies AwsStage));
  return lastStage(AWS_ORDER, roles.length > 0 ? roles : members);
}
