import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Role assignments of the CIEM service principal (guide, "Remove permissions"). */
export const roleAssignment = makeKind(footprint, effects, shell);
