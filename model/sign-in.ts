/** Codes of a worker that could not sign in: nothing is wrong with what it asked for, nor is anything said about it. */
const CODES: ReadonlySet<string> = new Set([
  'SignInFailed',
  'NoCredentials',
  'Unauthenticated',
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

/** Pure: whether a system could not be read for want of a sign-in, by its reason (`code: message`). */
export function unreadForSignIn(reason: string): boolean {
  return isSignInCode(/^(?:cannot be walked: )?(\w+):/.exec(reason)?.[1] ?? '');
}
