import { ciemSignIn } from './ciem-sign-in/index.ts';
import { oidcApplication } from './oidc-application/index.ts';

/** Every kind of thing in the directory. */
export const ENTRA_KINDS = [oidcApplication, ciemSignIn];
