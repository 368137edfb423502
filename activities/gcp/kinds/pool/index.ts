import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The workload identity pool. */
export const gcpPool = makeKind(footprint, effects, shell);
