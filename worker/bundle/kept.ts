import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../model/canonical.ts';

/** How many texts are kept: each change of a source makes another. */
const KEPT = 10;

/**
 * The text that `folder` keeps under `key`; one that is not what was written, or not there, is made by `make`, which writes it into the file that it is
 * given. A file's name tells its key and the hash of its content, so that it comes into place in one rename with its own proof; of two processes that make it
 * at once the later one wins, and both have it whole. Throws where the folder cannot be written, and what `make` throws.
 */
export async function kept(folder: string, key: string, make: (file: string) => Promise<void>): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = readdirSync(folder)
    .filter((name) => name.startsWith(`${key}-`))
    .map((name) => wholeText(join(folder, name)))
    .find((text) => text !== undefined);
  if (found !== undefined) return found;
  const workpiece = join(folder, `${randomUUID()}.part`);
  try {
    await make(workpiece);
    const text = readFileSync(workpiece, 'utf8');
    renameSync(workpiece, join(folder, `${key}-${sha256(text)}.js`));
    prune(folder);
    return text;
  } finally {
    rmSync(workpiece, { force: true });
  }
}

/** The content of a file that is what its name says; one that is not is removed. */
function wholeText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    if (path.endsWith(`-${sha256(text)}.js`)) return text;
    rmSync(path, { force: true });
  } catch {
    // Another process removed it: it is made anew.
  }
  return undefined;
}

function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const ages = files.map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const { path } of ages.toSorted((a, b) => b.at - a.at).slice(KEPT)) rmSync(path, { force: true });
}
