import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Every role our service account holds on an organisation, folder or project. */
export const gcpBinding = makeKind(footprint, effects, shell);
