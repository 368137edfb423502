import { readFileSync } from 'node:fs';
import { OffboardError } from '../model/errors.ts';

/** A file that a person wrote for client or worker: manifest, policy, estate. Throws UnreadableFile. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new OffboardError('UnreadableFile', `${file} cannot be read (${code}); name a readable YAML file`, { cause: error });
  }
}
