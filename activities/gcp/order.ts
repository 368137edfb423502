/** In which order what onboarding left in Google Cloud goes (docs/footprint.md, "Order"): widest reach first, what others rest on last. */
export const GCP_ORDER = [
  'organization-bindings',
  'folder-bindings',
  'project-bindings',
  'impersonation',
  'custom-roles',
  'service-accounts',
  'providers',
  'pools',
] as const;
export type GcpStage = (typeof GCP_ORDER)[number];
