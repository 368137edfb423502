import { makeKind } from '../../../kind.ts';
import { effects } from './effects.ts';
import { footprint } from './footprint.ts';
import { shell } from './shell.ts';

/** The applications made for the OIDC connection to AWS and Google Cloud (guide, "Remove the OIDC application"). */
export const oidcApplication = makeKind(footprint, effects, shell);
