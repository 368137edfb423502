import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { OffboardError } from '../../model/errors.ts';
import type { Io } from './command.ts';

/** Nobody is there to answer any more: not a slip that can be asked about again. */
export class InputEnded extends OffboardError {
  constructor() {
    super('Usage', 'the input ended before the question was answered; nothing was decided; answer it on a terminal');
  }
}

/**
 * Asks one line of whoever sits there, trimmed. The terminal stays in its own mode, so that Ctrl-C ends the program as ever. Throws InputEnded,
 * and the signal's reason once nobody needs the answer any more: what is typed afterwards answers nothing.
 */
export async function ask(question: string, io: Io, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  io.err(question);
  const line = await firstLine(createInterface({ input: io.stdin, terminal: false, ...(signal ? { signal } : {}) }));
  signal?.throwIfAborted();
  if (line === undefined) throw new InputEnded();
  return line.trim();
}

/** Asks for one of these words, told with what each does; undefined for any other line, which is said. As `ask`. */
export async function choose<W extends string>(
  question: string,
  choices: Record<W, string>,
  io: Io,
  signal?: AbortSignal,
): Promise<W | undefined> {
  const words = Object.keys(choices) as W[];
  const told = words.map((word) => `  ${word.padEnd(8)} ${choices[word]}\n`).join('');
  const typed = (await ask(`${question}\n${told}Type one of these words: `, io, signal)).toLowerCase();
  const chosen = words.find((word) => word === typed);
  if (chosen === undefined) io.err(`  That is none of ${words.join(', ')}. Nothing was decided.\n`);
  return chosen;
}

/** One line from standard input; on a terminal it is asked for and not shown while typed. */
export async function readSecret(question: string, io: Io): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: io.stdin, output: silent, terminal: io.interactive });
  if (io.interactive) io.err(question);
  return (await firstLine(lines)) ?? '';
}

async function firstLine(lines: Interface): Promise<string | undefined> {
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
  }
}
