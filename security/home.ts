import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where this machine keeps what outlives a process: OFFBOARD_HOME, else `~/.offboard`. Workers and clients that share it share keys and journal. */
export interface Home {
  folder: string;
  /** Payload keys, shared by clients and workers. */
  keys: string;
  /** The workers' private key for one-time passwords: workers only. */
  sealing: string;
  journal: string;
  artifacts: string;
}

export function homeOf(env: NodeJS.ProcessEnv = process.env): Home {
  const folder = resolve(env['OFFBOARD_HOME'] ?? join(homedir(), '.offboard'));
  return {
    folder,
    keys: join(folder, 'keys.json'),
    sealing: join(folder, 'worker', 'sealing.json'),
    journal: join(folder, 'journal'),
    artifacts: join(folder, 'artifacts'),
  };
}
