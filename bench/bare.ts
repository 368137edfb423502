import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { sandboxClient } from '../client/demo/sandbox-client.ts';
import { startProcess } from '../client/demo/process.ts';
import { OffboardError } from '../model/errors.ts';
import { countCalls, countIam } from './calls.ts';
import { usedBy, type Used } from './processes.ts';

const ROOT = join(import.meta.dirname, '..');
const COLLECTOR = 'portal-collector';

const Answer = z.object({ reading: z.number(), removing: z.number(), removed: z.number() });

/** What the bare script took. */
export interface BareRun extends z.infer<typeof Answer> {
  calls: number;
  iamCalls: number;
  script: Pick<Used, 'cpu'>;
  sandbox: Used;
}

/** Runs the bare script against a sandbox of its own. Throws NotClean where it left something, or changed what is not ours. */
export async function runBare(estate: string, folder: string): Promise<BareRun> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const state = join(folder, 'sandbox');
  const args = [join(ROOT, 'sandbox', 'main.ts'), '--state', state, '--estate', estate, '--parent'];
  const sandbox = await startProcess('sandbox', args, process.env, join(folder, 'sandbox.log'));
  try {
    const client = sandboxClient(String(sandbox.ready['origin']), state);
    const env = JSON.parse(readFileSync(join(state, 'worker.env.json'), 'utf8')) as Record<string, string>;
    const answer = await script(join(state, 'manifest.yaml'), env);
    const calls = await client.calls();
    const { ours, untouched } = await client.report();
    // Its deletion takes a person with a mailbox.
    const left = ours.left.filter((key) => !key.startsWith(COLLECTOR));
    if (left.length + untouched.changed.length > 0)
      throw new OffboardError(
        'NotClean',
        `the bare script left ${left.slice(0, 3).join(', ')} and changed ${untouched.changed.length} others`,
      );
    return { ...answer, calls: countCalls(calls), iamCalls: countIam(calls), sandbox: usedBy(sandbox.pid) };
  } finally {
    await sandbox.stop();
  }
}

async function script(manifest: string, env: NodeJS.ProcessEnv): Promise<z.infer<typeof Answer> & Pick<BareRun, 'script'>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare', 'main.ts'), manifest], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  if (code !== 0) throw new OffboardError('Internal', `the bare script ended with ${code}`);
  const { cpu, ...answer } = Answer.extend({ cpu: z.number() }).parse(JSON.parse(said));
  return { ...answer, script: { cpu } };
}
