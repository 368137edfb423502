import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The organisation's custom role that an onboarding script made. */
export const gcpCustomRole = makeKind(footprint, effects, shell);
