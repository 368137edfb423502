import { messageOf } from '../../../model/errors.ts';

const LONGEST = 400;

/** First line of an error's message without access keys, secret keys and session tokens. */
export function scrub(error: unknown): string {
  const line = messageOf(error).split('\n', 1)[0] as string;
  return line
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}\b/g, '(access key)')
    .replaceAll(/[A-Za-z0-9+/=_-]{100,}/g, '(token)')
    .replaceAll(/(?<![A-Za-z0-9+/=_-])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=_-])/g, '(secret)')
    .slice(0, LONGEST);
}
