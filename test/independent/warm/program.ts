import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A command-line program in a Python environment, as `python -m` runs it. */
export interface PythonProgram {
  python: string;
  module: string;
  /** Modules that each call of it needs. */
  loads: string[];
}

/**
 * Puts a command into a folder that runs the program, which is loaded once: most of a call's second is loading. It is there until this process
 * ends. Throws where the program cannot be loaded.
 */
export async function warmCommand(command: string, { python, module, loads }: PythonProgram, env: NodeJS.ProcessEnv): Promise<void> {
  const socket = `${command}.socket`;
  const args = [join(import.meta.dirname, 'serve.py'), socket, module, ...loads];
  // It ends with its standard input, and so with this process.
  const server = spawn(python, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((done, failed) => {
    server.once('exit', (code) => failed(new Error(`${module} could not be loaded: its process ended with ${code}`)));
    createInterface({ input: server.stdout }).once('line', () => done());
  });
  server.unref();
  writeFileSync(command, `#!/bin/sh\nexec '${python}' -S -E '${join(import.meta.dirname, 'call.py')}' '${socket}' "$@"\n`);
  chmodSync(command, 0o755);
}
