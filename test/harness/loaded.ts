import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** A static import or re-export of values; a type is none, and `import()` loads later. */
const STATIC = /^(?:import|export)\s+(?!type\b)(?:[^'"();]*?\sfrom\s+)?'([^']+)'/gm;

/** What a file of the project loads before its first line runs: the project's own files and the names of packages. */
export function loaded(file: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = (path: string) => {
    if (files.has(path)) return;
    files.add(path);
    for (const [, from = ''] of readFileSync(path, 'utf8').matchAll(STATIC)) {
      if (from.startsWith('.')) walk(resolve(dirname(path), from));
      else if (!from.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
    }
  };
  walk(join(ROOT, file));
  return { files: [...files].map((path) => path.slice(ROOT.length + 1)), packages: [...packages] };
}
