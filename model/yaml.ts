import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node, type YAMLError } from 'yaml';
import type { z } from 'zod';
import { OffboardError, type ErrorCode } from './errors.ts';
import { refuseFaults, unseenFaults, type Fault } from './fault.ts';
import { visible } from './visible.ts';

/**
 * The text of one YAML file, of at most so many characters, against a schema, and against `check` for what no schema can say. Throws OffboardError whose message is `file:line: field: what is wrong; the mend`,
 * one line per fault, with the code of the first.
 */
export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>, check?: (value: T) => Fault[], most = MOST): T {
  if (text.length > most) throw new OffboardError('InvalidYaml', `${file}: is longer than ${most} characters; write less into one file`);
  const lines = new LineCounter();
  const document = documentOf(file, text, lines);
  // A warning is of something that nothing reads, such as a tag.
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken) throw new OffboardError('InvalidYaml', `${file}:${lines.linePos(broken.pos[0]).line}: ${brokenWords(broken)}`);
  const result = schema.safeParse(valueOf(file, document, lines), { error: plainWords });
  if (!result.success) throw faults(file, document, lines, result.error.issues);
  const found = [...unseenFaults(result.data), ...(check?.(result.data) ?? [])];
  refuseFaults(found, file, (path) => lineOf(document, lines, path));
  return result.data;
}

/** As much as Temporal takes as one input, and then some. */
const MOST = 4_000_000;
/** A field is never so deep in anything that we read. */
const DEEPEST = 50;

function documentOf(file: string, text: string, lines: LineCounter): Document {
  try {
    // Its warnings would come to stderr, past whoever tells people what is wrong.
    return parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  } catch (error) {
    // The parser goes down with what is nested.
    if (error instanceof RangeError) throw tooDeep(file);
    throw error;
  }
}

/** As much of the parser's words as helps: it repeats what it stumbled over, however long that is. */
function brokenWords({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here (---); write one into one file';
  return `is not YAML: ${visible((message.split('\n')[0] ?? '').slice(0, 300))}; mend the line`;
}

/** What zod would say in words of its own; those of a schema stand before these. */
export function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_value') return `is none of ${issue.values.join(', ')}; write one of them`;
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'is empty; write text' : `is less than ${issue.minimum}; write ${issue.minimum} or more`;
  if (issue.code === 'too_big') return `is more than ${issue.maximum}; write ${issue.maximum} or less`;
  return undefined;
}

function valueOf(file: string, document: Document, lines: LineCounter): unknown {
  visit(document, {
    Collection: (_, __, path) => {
      if (path.length > 2 * DEEPEST) throw tooDeep(file);
    },
    Alias: (_, alias, path) => {
      const meant = alias.resolve(document);
      if (!meant) {
        const line = lines.linePos(alias.range?.[0] ?? 0).line;
        const what = `*${alias.source} stands for nothing`;
        throw new OffboardError('InvalidYaml', visible(`${file}:${line}: ${what}; set &${alias.source} before it, or write the part out`));
      }
      if (path.includes(meant)) throw swollen(file);
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // What few lines of aliases stand for may be more than any memory holds.
    if (error instanceof ReferenceError) throw swollen(file);
    throw error;
  }
}

function swollen(file: string): OffboardError {
  return new OffboardError(
    'InvalidYaml',
    `${file}: repeats itself without end by aliases (*name); write the parts out where they are meant`,
  );
}

function tooDeep(file: string): OffboardError {
  return new OffboardError('InvalidYaml', `${file}: is nested more than ${DEEPEST} deep; take out what is too deep`);
}

function faults(file: string, document: Document, lines: LineCounter, issues: z.core.$ZodIssue[]): OffboardError {
  const found = issues.flatMap((issue) => nearest(issue)).map((issue) => faultOf(issue, document));
  const text = found.map((t) => visible(`${file}:${lineOf(document, lines, t.path)}: ${t.path.join('.') || 'the file'}: ${t.message}`));
  return new OffboardError(found[0]?.code ?? 'InvalidValue', text.join('\n'));
}

/**
 * Of a union's alternatives the one that was meant, judged by its faults: not of another type altogether, and the fewest. Where nothing but
 * missing fields speaks for any, nothing was meant, and the union's own words say what there is to choose from.
 */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const otherType = (i: z.core.$ZodIssue) => i.path.length === 0 && (i.code === 'invalid_type' || i.code === 'invalid_value');
  const size = (faulty: z.core.$ZodIssue[]) => faulty.reduce((n, i) => n + (i.code === 'unrecognized_keys' ? i.keys.length : 1), 0);
  const [meant] = issue.errors.filter((faulty) => !faulty.some(otherType)).toSorted((a, b) => size(a) - size(b));
  const record = meant?.every((i) => i.code === 'invalid_type' && typeof i.path[0] === 'string');
  if (meant === undefined || record) return [issue];
  const inside = meant.map((i) => ({ ...i, path: [...issue.path, ...i.path] }));
  // The unknown field first: a mistyped name is also why the right one is missing.
  return inside.toSorted((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
}

function faultOf(issue: z.core.$ZodIssue, document: Document): { code: ErrorCode; path: PropertyKey[]; message: string } {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    return { code: 'UnknownField', path: [...path, issue.keys[0] ?? ''], message: 'is not a known field; remove it or mend its name' };
  }
  if (path[0] === 'successor' && (issue.code === 'invalid_union' || issue.input === undefined)) {
    const message =
      issue.code === 'invalid_type' && path.length > 1 ? wrongType(document.getIn(path, true), issue.expected) : issue.message;
    return { code: 'MissingSuccessor', path, message };
  }
  if (issue.code === 'too_small' && issue.origin === 'array') return { code: 'EmptySelector', path, message: issue.message };
  if (issue.code === 'invalid_type') {
    return { code: 'InvalidValue', path, message: wrongType(document.getIn(path, true), issue.expected) };
  }
  return { code: 'InvalidValue', path, message: issue.message };
}

/** What stands in the file decides: YAML takes digits for a number, and drops what leading zeros they have. */
function wrongType(node: unknown, expected: string): string {
  if (!isNode(node)) return `is missing; ${whatToWrite(expected)}`;
  const number = isScalar(node) && typeof node.value === 'number' ? (node.source ?? String(node.value)) : undefined;
  if (expected === 'string' && number !== undefined) return `is a number without quotes; write '${number}', in quotes`;
  const found = shapeOf(node);
  return `is ${found === undefined ? 'something else than is asked for' : found}; ${whatToWrite(expected)}`;
}

/** What a person writes in YAML for each type that a schema may demand; what has no form there is left out of the file. */
const TO_WRITE: Readonly<Record<string, string>> = {
  string: 'write text',
  number: 'write a number, without quotes',
  int: 'write a whole number, without quotes',
  bigint: 'write a whole number, without quotes',
  boolean: 'write true or false',
  date: 'write a date, such as 2025-06-30',
  array: 'write a list, such as [one, two]',
  tuple: 'write a list, such as [one, two]',
  set: 'write a list, such as [one, two]',
  object: 'write fields with their values, such as {name: value}',
  record: 'write fields with their values, such as {name: value}',
  map: 'write fields with their values, such as {name: value}',
  null: 'write null',
  nonoptional: 'write a value',
};

/** In plain words, what to write where a type is demanded. */
export function whatToWrite(expected: string): string {
  return TO_WRITE[expected] ?? 'take the field out';
}

function shapeOf(node: Node): string | undefined {
  if (isSeq(node)) return 'a list';
  if (isMap(node)) return 'fields with values';
  if (!isScalar(node)) return undefined;
  if (node.value === null) return 'empty';
  if (Number.isNaN(node.value)) return 'no number';
  return { string: 'text', number: 'a number', bigint: 'a number', boolean: 'a yes or no' }[typeof node.value as string];
}

/** The line of the deepest part of `path` that is there. */
function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
