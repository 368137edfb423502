import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The workload identity pool's provider that trusts this tenant's tokens. */
export const gcpProvider = makeKind(footprint, effects, shell);
