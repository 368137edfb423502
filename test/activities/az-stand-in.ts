import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What bash made of a script: its exit code, what it printed, and the words of each `az` call but the first one, which asks for the tenant. */
export interface ScriptRun {
  code: number | null;
  err: string;
  calls: string[][];
}

/**
 * Runs script lines in bash, `set -euo pipefail`, with an `az` that notes its words. It says it is signed in to `tenant`; `fails` is what it
 * prints before it fails with code 1 wherever its words contain the key.
 */
export function runWithAz(lines: string[], tenant: string, fails: Record<string, string> = {}): ScriptRun {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-az-'));
  const log = join(folder, 'calls');
  const failures = Object.entries(fails).map(([word, said]) => `case "$*" in *'${word}'*) echo '${said}' >&2; exit 1;; esac`);
  const stand = [
    '#!/bin/bash',
    'if [ "$1" = account ]; then echo "$TENANT"; exit; fi',
    `printf '%s\\0' "$@" >> '${log}'; printf '\\n\\0' >> '${log}'`,
  ];
  writeFileSync(join(folder, 'az'), [...stand, ...failures].join('\n'));
  chmodSync(join(folder, 'az'), 0o755);
  const run = spawnSync('bash', ['-euo', 'pipefail'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, TENANT: tenant },
  });
  const written = existsSync(log) ? readFileSync(log, 'utf8') : '';
  rmSync(folder, { recursive: true });
  const calls = written
    .split('\0\n\0')
    .filter(Boolean)
    .map((call) => call.split('\0'));
  return { code: run.status, err: run.stderr, calls };
}
