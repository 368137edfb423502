import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { sha256 } from '../model/canonical.ts';
import { OffboardError } from '../model/errors.ts';
import { homeOf, readOrCreatePrivate } from './files.ts';

/** Whose key it is: the workers of a task queue. */
export interface Workers {
  address: string;
  namespace: string;
  taskQueue: string;
}

/**
 * Demands that the key that a one-time password is to be sealed to is the one that this machine knows: what OFFBOARD_OTP_KEY names, else what the workers of that task
 * queue had at its first use. Whoever has the payload keys could answer with a key of their own. Throws AnswerRefused, UnreadableFile.
 */
export async function demandKnownKey(key: JWK, workers: Workers, env: NodeJS.ProcessEnv): Promise<void> {
  const seen = await calculateJwkThumbprint(key);
  // Compose passes on an empty one.
  const named = env['OFFBOARD_OTP_KEY'] || undefined;
  const file = join(homeOf(env).folder, 'otp-keys', sha256(`${workers.address} ${workers.namespace} ${workers.taskQueue}`).slice(0, 16));
  const known = named ?? firstSeen(file, seen);
  if (known === seen) return;
  const mend = named ? 'name that in OFFBOARD_OTP_KEY' : `remove ${file}`;
  throw new OffboardError(
    'AnswerRefused',
    `otp: was to be sealed to another key than the workers had before (${seen}, known is ${known}); nothing was sent. Ask whoever runs them, whose log tells it; if it was changed, ${mend}`,
  );
}

/** Where no file can be made, as in a container, nothing is remembered; one that is there and cannot be read is no reason to take another key. */
function firstSeen(file: string, seen: string): string {
  try {
    return readOrCreatePrivate(file, () => seen);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!existsSync(file)) return seen;
    throw new OffboardError('UnreadableFile', `${file} cannot be read (${code}); mend its permissions`, { cause: error });
  }
}
