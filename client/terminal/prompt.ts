import { createInterface } from 'node:readline';
import { OffboardError } from '../../model/errors.ts';
import type { Io } from './command.ts';

/** Nobody is there to answer any more: not a slip that can be asked about again. */
export class InputEnded extends OffboardError {
  constructor() {
    super('Usage', 'the input ended before the question was answered; nothing was decided; answer it on a terminal');
  }
}

/** Asks one line of whoever sits there, trimmed. The terminal stays in its own mode, so that Ctrl-C ends the program as ever. Throws InputEnded. */
export async function ask(question: string, io: Io): Promise<string> {
  io.err(question);
  const lines = createInterface({ input: io.stdin, terminal: false });
  try {
    for await (const line of lines) return line.trim();
    throw new InputEnded();
  } finally {
    lines.close();
  }
}
