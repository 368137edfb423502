import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { changeFaults, ChangeSchema, type Change } from './changes.ts';
import { EstateObjectSchema, objectKey, type EstateObject } from './objects.ts';

/** An estate file that can't be used; the message names file, line, path and the mend. */
export class EstateError extends Error {
  readonly code: 'UnreadableFile' | 'InvalidEstate';
  constructor(code: EstateError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EstateError';
    this.code = code;
  }
}

/** An estate: the manifest to run it with (checked by the product's own schema, not here) and what the sandbox pretends exists. */
export interface Estate {
  manifest: unknown;
  objects: EstateObject[];
  /** What others do between a plan and its approval, for whoever plays them. */
  changes?: Change[] | undefined;
}

const EstateSchema = z.strictObject({
  manifest: z.looseObject({}),
  objects: z.array(EstateObjectSchema).min(1),
  changes: z.array(ChangeSchema).optional(),
});
const KINDS = EstateObjectSchema.options.map((option) => option.shape.kind.value).join(', ');

/**
 * Reads an estate from YAML or, many times as fast, from JSON. Throws EstateError with every fault at once, one a line, as
 * `file:line: path: what is wrong; the mend`.
 */
export function loadEstate(file: string): Estate {
  const text = read(file);
  const estate = estateOf(jsonIn(text));
  if ('data' in estate) return estate.data;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const syntax = document.errors.map((e) => `${file}:${e.linePos?.[0].line ?? 1}: not valid YAML: ${e.message.split('\n')[0]}`);
  if (syntax.length > 0) throw new EstateError('InvalidEstate', syntax.join('\n'));
  const lineOf = (path: PropertyKey[]) => lines.linePos(offsetOf(document, path)).line;
  return parseEstate(document.toJS(), { before: (path) => `${file}:${lineOf(path)}: `, name: (path) => `line ${lineOf(path)}` });
}

/** The value of a text that is JSON; undefined for one that is not. */
export function jsonIn(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How a fault names its place: `before` stands before the path, `name` stands for it in a sentence. */
interface Places {
  before: (path: PropertyKey[]) => string;
  name: (path: PropertyKey[]) => string;
}

/** An estate of what was read already. Throws EstateError with every fault at once, one a line, as `path: what is wrong; the mend`. */
export function parseEstate(value: unknown, { before, name }: Places = { before: () => '', name: pathText }): Estate {
  const estate = estateOf(value, name);
  if ('data' in estate) return estate.data;
  throw new EstateError('InvalidEstate', estate.faults.map((f) => `${before(f.path)}${pathText(f.path)}: ${f.text}`).join('\n'));
}

function estateOf(value: unknown, name: Places['name'] = pathText): { data: Estate } | { faults: Fault[] } {
  const parsed = EstateSchema.safeParse(value);
  if (!parsed.success) return { faults: parsed.error.issues.flatMap(describe) };
  const { data } = parsed;
  const twice = duplicates(data.objects).map(({ key, first, second }) => ({
    path: ['objects', second],
    text: `${key} is already at ${name(['objects', first])}; keep one of them`,
  }));
  const changed = changeFaults(data.objects, data.changes ?? []).map(({ index, text }) => ({ path: ['changes', index], text }));
  const faults = [...twice, ...changed];
  return faults.length === 0 ? { data } : { faults };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new EstateError('UnreadableFile', `${file}: ${why}; give the path of an estate file (docs/estate.md)`, { cause });
  }
}

interface Fault {
  path: PropertyKey[];
  text: string;
}

function describe(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      text: 'unknown field; correct its spelling or remove it',
    }));
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'kind')
    return [{ path: issue.path, text: `unknown kind; use one of ${KINDS}` }];
  return [{ path: issue.path, text: issue.message }];
}

function pathText(path: PropertyKey[]): string {
  return path.map((p, i) => (typeof p === 'number' ? `[${p}]` : `${i > 0 ? '.' : ''}${String(p)}`)).join('') || 'the file';
}

/** Offset of the node at `path`, or of the nearest node above it when the field is missing. */
function offsetOf(document: Document, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function duplicates(objects: EstateObject[]): { key: string; first: number; second: number }[] {
  const seen = new Map<string, number>();
  return objects.flatMap((object, second) => {
    const key = objectKey(object);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, second);
    return first === undefined ? [] : [{ key, first, second }];
  });
}
