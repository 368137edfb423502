import { existsSync } from 'node:fs';
import { OffboardError } from '../../model/errors.ts';
import { homeOf } from '../../security/home.ts';
import { loadKeys, type KeyRing } from '../../security/keys.ts';

/**
 * The payload keys that the worker made. A command never makes keys of its own: nothing could be read with them, and what it sent would
 * be unreadable for the worker. Throws NoKeys.
 */
export function workersKeys(env: NodeJS.ProcessEnv): KeyRing {
  const { keys } = homeOf(env);
  if (env['OFFBOARD_KEYS'] === undefined && !existsSync(keys)) {
    const named = env['OFFBOARD_HOME'] === undefined ? ' (OFFBOARD_HOME is not set)' : '';
    throw new OffboardError(
      'NoKeys',
      `${keys} is not there${named}; set OFFBOARD_HOME to the worker's folder, or OFFBOARD_KEYS to its keys. The worker makes them when it first starts`,
    );
  }
  return loadKeys(keys, env);
}
