import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What bash made of a script whose tools were stand-ins: each call's words, exactly as they arrived, the tool's name first. */
export interface StandInRun {
  code: number | null;
  err: string;
  calls: string[][];
}

/** Runs a script in which each tool notes its words and then does what its line of bash says. */
export function runWithStandIns(script: string, tools: Record<string, string>): StandInRun {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-tools-'));
  const log = join(folder, 'calls.log');
  for (const [name, does] of Object.entries(tools)) {
    // The count tells where a call ends, whatever its words hold; none holds a NUL.
    writeFileSync(join(folder, name), `#!/bin/bash\nprintf '%s\\0' "$(($# + 1))" ${name} "$@" >> '${log}'\n${does}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, FOLDER: folder };
  const { status, stderr } = spawnSync('bash', [], { input: script, env, encoding: 'utf8', cwd: folder });
  const words = existsSync(log) ? readFileSync(log, 'utf8').split('\0').slice(0, -1) : [];
  rmSync(folder, { recursive: true });
  const calls: string[][] = [];
  for (let at = 0; at < words.length; at += Number(words[at]) + 1) calls.push(words.slice(at + 1, at + 1 + Number(words[at])));
  return { code: status, err: stderr, calls };
}
