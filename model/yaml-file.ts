import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf, OffboardError, type ErrorCode } from './errors.ts';

/**
 * Reads one YAML file against a schema. Throws OffboardError whose message is `file:line: field: what is wrong; the mend`,
 * one line per fault, with the code of the first.
 */
export function readYaml<T>(file: string, schema: z.ZodType<T>, check?: (value: T) => void): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new OffboardError(
      'UnreadableFile',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a readable YAML file`,
      {
        cause: error,
      },
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const line = lines.linePos(broken.pos[0]).line;
    throw new OffboardError('InvalidYaml', `${file}:${line}: is not YAML: ${broken.message.split('\n')[0] ?? ''}; mend the line`);
  }
  const result = schema.safeParse(document.toJS());
  if (!result.success) throw faults(file, document, lines, result.error.issues);
  try {
    check?.(result.data);
  } catch (error) {
    if (error instanceof OffboardError) throw new OffboardError(error.code, `${file}: ${messageOf(error)}`, { cause: error });
    throw error;
  }
  return result.data;
}

function faults(file: string, document: Document, lines: LineCounter, issues: z.core.$ZodIssue[]): OffboardError {
  const told = issues.map((issue) => tell(issue));
  const text = told.map((t) => `${file}:${lineOf(document, lines, t.path)}: ${t.path.join('.') || 'the file'}: ${t.message}`);
  return new OffboardError(told[0]?.code ?? 'InvalidValue', text.join('\n'));
}

function tell(issue: z.core.$ZodIssue): { code: ErrorCode; path: PropertyKey[]; message: string } {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    return { code: 'UnknownField', path: [...path, issue.keys[0] ?? ''], message: 'is not a known field; remove it or mend its name' };
  }
  if (path[0] === 'successor' && (issue.code === 'invalid_union' || issue.input === undefined)) {
    return { code: 'MissingSuccessor', path, message: issue.message };
  }
  if (issue.code === 'too_small' && issue.origin === 'array') return { code: 'EmptySelector', path, message: issue.message };
  if (issue.code === 'invalid_type') {
    return { code: 'InvalidValue', path, message: `is missing or of the wrong type; write a value of type ${issue.expected}` };
  }
  return { code: 'InvalidValue', path, message: issue.message };
}

/** The line of the deepest part of `path` that is there. */
function lineOf(document: Document, lines: LineCounter, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
