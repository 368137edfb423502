import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLE, MECHANISMS, SWITCHES, type Edit } from './mechanisms.ts';

/**
 * For `node --import`: gives the mechanisms of this process switches, which the product has none of. The modules that hold them are changed as they are loaded, and the bundle of
 * the workflows once it was taken from where it is kept. A text that is not there any more ends the process.
 */

const ROOT = resolve(import.meta.dirname, '..', '..');
const all: Edit[] = Object.values(MECHANISMS).flat();
const edits = Map.groupBy([...all, BUNDLE], ({ file }) => pathToFileURL(resolve(ROOT, file)).href);
const file = process.env[SWITCHES] ?? '';

/** A workflow's own world has no files: what it is given of the worker's leads there. */
const OFF = `globalThis.off = (name) => JSON.parse(URL.constructor('return process')().getBuiltinModule('fs').readFileSync(${JSON.stringify(file)}, 'utf8')).includes(name);`;

function changed(text: string, what: string, these: readonly Edit[]): string {
  return these.reduce((before, { from, to }) => {
    if (before.split(from).length !== 2) throw new Error(`${what} does not hold once: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

(globalThis as { switched?: (code: string) => string }).switched = (code) =>
  `${OFF}\n${changed(
    code,
    'the bundle of workflows',
    all.filter((e) => e.bundled),
  )}`;

(globalThis as { off?: (name: string) => boolean }).off = (name) => (JSON.parse(readFileSync(file, 'utf8')) as string[]).includes(name);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const ours = edits.get(url);
    if (!ours) return loaded;
    const source = changed(readFileSync(new URL(url), 'utf8'), url, ours);
    return { ...loaded, source };
  },
});
