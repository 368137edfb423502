import { resourceKind } from '../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** Customer managed policies of our roles. AWS's own policies are only ever detached. */
export const awsPolicy = resourceKind(footprint, effects, shell);
