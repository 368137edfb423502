import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key of the machine's own ssh-keygen: `file` is the private one, `line` what its `.pub` file has. */
export interface SshKey {
  file: string;
  line: string;
}

const SORTS = { ed25519: ['-t', 'ed25519'], ecdsa: ['-t', 'ecdsa', '-b', '384'], rsa: ['-t', 'rsa', '-b', '2048'] } as const;

export function sshKey(sort: keyof typeof SORTS = 'ed25519'): SshKey {
  const file = join(mkdtempSync(join(tmpdir(), 'offboard-key-')), 'id');
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'somebody', '-f', file, ...SORTS[sort]]);
  return { file, line: readFileSync(`${file}.pub`, 'utf8') };
}

/** Signs a text as `ssh-keygen -Y sign` does. */
export function sshSigned(key: SshKey, text: string, namespace = 'mepm-offboard'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'offboard-signed-')), 'text');
  writeFileSync(file, text);
  execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-f', key.file, '-n', namespace, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  return readFileSync(`${file}.sig`, 'utf8');
}
