import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MECHANISMS, SWITCHES } from './mechanisms.ts';

/**
 * For `node --import`: gives the mechanisms of this process switches, which the product has none of. The modules that hold them are changed as they are loaded. A text that
 * is not there any more ends the process.
 */

const ROOT = resolve(import.meta.dirname, '..', '..');
const edits = Map.groupBy(Object.values(MECHANISMS).flat(), ({ file }) => pathToFileURL(resolve(ROOT, file)).href);
const file = process.env[SWITCHES] ?? '';

(globalThis as { off?: (name: string) => boolean }).off = (name) => (JSON.parse(readFileSync(file, 'utf8')) as string[]).includes(name);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const ours = edits.get(url);
    if (!ours) return loaded;
    const source = ours.reduce(
      (text, { from, to }) => {
        if (text.split(from).length !== 2) throw new Error(`${url} does not hold once: ${from}`);
        return text.replace(from, () => to);
      },
      readFileSync(new URL(url), 'utf8'),
    );
    return { ...loaded, source };
  },
});
