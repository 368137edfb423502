/** Codes of a worker that could not sign in: nothing is wrong with what it asked for, nor is anything said about it. */
const CODES: ReadonlySet<string> = new Set([
  'SignInFailed',
  'NoCredentials',
  'Unauthenticated',
  'TokenRefused',
  'CredentialsProviderError',
  'InvalidClientTokenId',
  'UnrecognizedClient',
  'AuthFailure',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
]);

export function isSignInCode(code: string): boolean {
  return CODES.has(code);
}

/** Code of the hold of a system that could not be read for want of a sign-in. */
export const NOT_SIGNED_IN = 'NotSignedIn';

/**
 * Pure: whether an approver may leave a thing in place, by its outcome. A failed sign-in says nothing about the thing, so there is nothing to decide
 * about it.
 */
export function mayBeWaived({ code }: { code?: string }): boolean {
  return code === undefined || (code !== NOT_SIGNED_IN && !isSignInCode(code));
}

/** Pure: whether a system could not be read for want of a sign-in, by its reason (`code: message`). */
export function unreadForSignIn(reason: string): boolean {
  return isSignInCode(/^(?:cannot be walked: )?(\w+):/.exec(reason)?.[1] ?? '');
}
