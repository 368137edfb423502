import { resourceKind } from '../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Permissions Management's client id in the provider of the tenant's issuer, and the provider with it when nothing else needs it. */
export const awsOidcClientId = resourceKind(footprint, effects, shell);
