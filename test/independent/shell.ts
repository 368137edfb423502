import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a script printed, and its exit code. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a script by bash, from its standard input, with this environment and no other. */
export async function bash(script: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn('bash', [], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(script);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
