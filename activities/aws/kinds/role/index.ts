import { resourceKind } from '../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The roles onboarding made: OIDC, management, central logging, member. Their inline policies go with them. */
export const awsRole = resourceKind(footprint, effects, shell);
