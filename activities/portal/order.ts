/** Collectors go in whatever order their people are ready. */
export const PORTAL_ORDER = ['data-collectors'] as const;
