import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** What identities of the pool hold on the service account. */
export const gcpImpersonationBinding = makeKind(footprint, effects, shell);
