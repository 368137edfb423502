/**
 * How it is known who says something: names are only asserted, each statement is signed with an SSH key that the policy gives that person, or whoever says it
 * signs in with Entra ID for just this statement.
 */
export const IDENTITIES = ['asserted', 'ssh', 'entra'] as const;
export type Identity = (typeof IDENTITIES)[number];
/** What a manifest may demand where the worker's policy takes names at their word. */
export const PROVED = ['ssh', 'entra'] as const satisfies Identity[];

/** What every screen, record and page says where names prove nothing. */
export const ASSERTED = 'Names are asserted, not proved: whoever may write to the Temporal namespace may have decided in anybody’s name.';
