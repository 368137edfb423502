import { resourceKind } from '../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The secret of onboarding's Okta add-on. */
export const awsSecret = resourceKind(footprint, effects, shell);
