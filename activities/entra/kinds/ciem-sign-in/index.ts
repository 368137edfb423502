import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Sign-in to the CIEM enterprise application (guide, "Disable user sign-in"). */
export const ciemSignIn = makeKind(footprint, effects, shell);
