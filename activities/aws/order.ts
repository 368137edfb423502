/** In which order what onboarding left in AWS goes (docs/footprint.md, "Order"): what others rest on last. */
export const AWS_ORDER = ['member-roles', 'logging-role', 'management-role', 'oidc-role', 'after-roles'] as const;
export type AwsStage = (typeof AWS_ORDER)[number];
