import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

const PTY = join(import.meta.dirname, 'terminal.py');

/** What a person sees who types a command at a terminal, as the terminal has it: both streams in one, their own typing echoed. */
export interface Screen {
  code: number;
  text: string;
}

/** Types a command at a real terminal of 100 columns, and each answer once its question stands there. */
export async function atTerminal(stage: Stage, answers: { question: RegExp; type: string }[], ...args: string[]): Promise<Screen> {
  const command = [process.execPath, join(import.meta.dirname, '..', '..', 'client', 'main.ts'), ...args];
  const child = spawn('python3', [PTY, ...command], { env: { ...process.env, ...stage.env }, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let asked = 0;
  const open = [...answers];
  child.stdout.on('data', (shown: Buffer) => {
    text += shown.toString().replaceAll('\r\n', '\n');
    const [next] = open;
    if (!next?.question.test(text.slice(asked))) return;
    asked = text.length;
    open.shift();
    child.stdin.write(`${next.type}\n`);
  });
  const code = await new Promise<number>((done) => child.once('close', (status) => done(status ?? -1)));
  return { code, text };
}
