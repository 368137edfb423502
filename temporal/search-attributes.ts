/** The typed search attributes of a run, as the development server registers them. Never encrypted, so they carry no names of objects. */
export const SEARCH_ATTRIBUTES = {
  OffboardTenant: 'Keyword',
  OffboardPhase: 'Keyword',
  OffboardAwaiting: 'Keyword',
} as const;
