/** One thing after the other: the guide's phases order the directory. */
export const ENTRA_ORDER = ['oidc-applications', 'sign-in'] as const;
