import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OffboardError } from '../../model/errors.ts';
import type { Proof } from '../../model/statement/statement.ts';

/** Makes the proof of a statement. Throws UnreadableFile, NotAllowed. */
export type Sign = (statement: string) => Promise<Proof>;

/**
 * Signs with the machine's `ssh-keygen -Y sign`, by the key file that OFFBOARD_SSH_KEY names: a private key, or a public one whose private part an agent or a
 * security key holds. It asks for a passphrase or a touch by itself, on the terminal. Undefined where no key is named.
 */
export function signerOf(env: NodeJS.ProcessEnv): Sign | undefined {
  const key = env['OFFBOARD_SSH_KEY'];
  if (key === undefined || key === '') return undefined;
  return async (statement) => {
    const folder = mkdtempSync(join(tmpdir(), 'offboard-sign-'));
    try {
      const file = join(folder, 'statement.json');
      writeFileSync(file, statement, { mode: 0o600 });
      await sshKeygen(key, file, env);
      return { statement, signature: readFileSync(`${file}.sig`, 'utf8') };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

async function sshKeygen(key: string, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  // It needs the agent, the terminal and the home, and neither payload keys nor what opens Temporal.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(OFFBOARD|TEMPORAL)_/.test(name)));
  const { SIGNED_AS } = await import('../../model/statement/statement.ts');
  const child = spawn('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', SIGNED_AS, file], { env: own, stdio: ['inherit', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  const ended = await new Promise<number | Error>((resolve) => {
    child.on('error', resolve);
    child.on('close', (code) => resolve(code ?? 1));
  });
  if (ended === 0) return;
  const why = ended instanceof Error ? 'ssh-keygen cannot be run; install OpenSSH (8.2 or later)' : said.trim().split('\n').at(-1);
  throw new OffboardError('NotAllowed', `OFFBOARD_SSH_KEY: ${key}: nothing was signed: ${why ?? ''}`);
}
