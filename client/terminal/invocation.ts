import { basename, relative } from 'node:path';

/**
 * How this program was called, so that a command it prints can be copied as it stands: `offboard` where that is installed, `npm run
 * offboard --` when npm started it, else `node` with the path of the script. OFFBOARD_COMMAND says it where none of these is true (Compose).
 */
export function invocationOf(env: NodeJS.ProcessEnv, script: string, folder: string): string {
  if (env['OFFBOARD_COMMAND']) return env['OFFBOARD_COMMAND'];
  if (basename(script).replace(/\.\w+$/, '') === 'offboard') return 'offboard';
  const byNpm = env['npm_lifecycle_event'];
  if (byNpm !== undefined && byNpm !== 'npx') return 'npm run offboard --';
  return `node ${relative(folder, script)}`;
}
