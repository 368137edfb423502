import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NotYetError } from '../../answer.ts';
import { classify, isNamed, isOver } from './classify.ts';
import type { Calling } from './answers.ts';

/** The worker's own credentials by the SDK's chain. Files are read each time: somebody renews them while the worker runs. */
export const ownCredentials = () => defaultProvider({ ignoreCache: true });

/**
 * A client with the worker's own credentials. Where AWS says that these are over, it is made anew, with the credentials as they are now, and asked once more.
 * Throws `OwnCredentialsOver`, to be tried again, as long as nobody has renewed them.
 */
export function ownClient<C>(make: () => C): <T>(ask: (client: C) => Promise<T>) => Promise<T> {
  let client: C | undefined;
  return async (ask) => {
    const before = (client ??= make());
    try {
      return await ask(before);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
    if (client === before) client = make();
    try {
      return await ask(client);
    } catch (error) {
      if (!isNamed(error, 'ExpiredToken')) throw error;
      const mend = 'renew them (`aws sso login`, or the file or variables they come from); the worker reads files again by itself';
      throw new NotYetError('OwnCredentialsOver', `the worker's own AWS credentials are over; ${mend}`);
    }
  };
}

/** How a client with the worker's own credentials makes its calls: where these are over it need not ask again with the same ones. */
export const ofOwn: Calling = {
  account: "the worker's own account",
  judge: (error) => (isOver(error) ? { kind: 'blocked', code: 'Over', message: '' } : classify(error)),
};
