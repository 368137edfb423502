/** Collectors go in whatever order their people are ready. */
export const PORTAL_ORDER = ['data-collectors'] as const;
export type PortalStage = (typeof PORTAL_ORDER)[number];
