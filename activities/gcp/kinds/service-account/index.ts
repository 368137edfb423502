import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The service account that the pool acts as. */
export const gcpServiceAccount = makeKind(footprint, effects, shell);
