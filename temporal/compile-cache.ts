import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { userCache } from './user-cache.ts';

/**
 * Has Node keep what it compiles, TypeScript's types taken off, in the user's cache: a command then starts in a third of the time. What is imported after
 * this counts. A cache that cannot be written, or found, costs that time and nothing else. NODE_COMPILE_CACHE names another folder,
 * NODE_DISABLE_COMPILE_CACHE=1 does without.
 */
export function keepCompiled(environment: NodeJS.ProcessEnv): void {
  try {
    enableCompileCache(join(userCache(environment), 'compiled'));
  } catch {
    // A user without a home folder has no cache.
  }
}
