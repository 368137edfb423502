import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Client } from '@temporalio/client';
import { main } from '../../client/cli.ts';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import type { Stage } from '../../client/demo/stage.ts';
import { send } from '../../client/run/ask.ts';
import type { Session } from '../../client/run/session.ts';
import { startRun } from '../../client/run/start.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import * as messages from '../../workflows/messages/index.ts';
import type { Signers } from '../attacks/signers.ts';
import type { Place } from './search.ts';

const STARTER = 'sam.operator@contoso.example';
const CLI = resolve(import.meta.dirname, '..', '..', 'client', 'main.ts');

/** What was typed and answered during a run. */
export interface Told {
  workflowId: string;
  codes: string[];
  /** ID tokens of whoever signed in. */
  tokens: string[];
  outputs: Place[];
}

/**
 * Takes a whole estate out, whose manifest has everybody sign in; codes are entered by the command itself, as a process. `reason`: what approvers say; `signers`: who
 * signs in, and `ca` whom they trust there.
 */
export async function wholeRun(stage: Stage, plain: Session, reason: string, signers: Signers & { ca: string }): Promise<Told> {
  const approver = stage.manifest.approvers.find((a) => a !== STARTER) ?? STARTER;
  const outputs: Place[] = [];
  const codes = new Set<string>();
  const tokens: string[] = [];
  const sign: Session['sign'] = async (statement) => {
    const { message } = JSON.parse(statement) as { message: { by: string } };
    const proof = await signers.prove(statement, message.by);
    if ('idToken' in proof) tokens.push(proof.idToken);
    return proof;
  };
  const session = { ...plain, sign };
  const typed = async (by: string, stdin: string, ...args: string[]) => {
    const env = { ...stage.env, NODE_EXTRA_CA_CERTS: signers.ca };
    const child = spawn(process.execPath, [CLI, ...args, '--by', by], { env, stdio: 'pipe' });
    child.stdin.end(stdin);
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('https://')) void signers.browse?.(line, by);
    });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    outputs.push({ name: `output of ${args.slice(0, 1).join(' ')}, as a process`, bytes: Buffer.from(out + err) });
  };
  const tell = (line: string) => void outputs.push({ name: 'output of the demonstration', bytes: Buffer.from(line) });
  const played = playedPeople(session, approver, stage.sandbox, tell);
  const { handle } = await startRun(session, { ...readRawManifest(stage.manifestFile), identity: 'entra' }, STARTER, { dryRun: false });
  let erred = false;
  await attend(
    handle,
    {
      ...played,
      async gate({ workflowId, gate }) {
        if (!gate) return;
        const { gate: name, opening, planHash } = gate;
        await send(session, workflowId, messages.approve, { gate: name, opening, planHash, by: approver, reason });
      },
      async collector(view, collector, signal) {
        if (collector.stage === 'not-ready') return await played.collector(view, collector, signal);
        const { id, recipient } = collector;
        const mail = await stage.sandbox.newestOtp(recipient);
        if (!mail) return;
        codes.add(mail.otp);
        const wrong = mail.otp.replace(/.$/, (last) => String((Number(last) + 1) % 10));
        if (!erred) codes.add(wrong);
        await typed(recipient, `${erred ? mail.otp : wrong}\n`, 'otp', view.workflowId, id);
        erred = true;
      },
    },
    tell,
  );
  const { workflowId } = handle;
  for (const args of COMMANDS) outputs.push(await asked(stage, ...args.map((word) => (word === 'RUN' ? workflowId : word))));
  return { workflowId, codes: [...codes], tokens, outputs };
}

const COMMANDS = [
  ['list', '--json'],
  ['status', 'RUN'],
  ['status', 'RUN', '--json'],
  ['plan', 'RUN'],
  ['plan', 'RUN', '--json'],
  ['plan', 'RUN', '--format', 'sh'],
  ['report', 'RUN'],
  ['report', 'RUN', '--json'],
  ['own-access', 'RUN', '--format', 'sh'],
  ['evidence', 'verify', 'RUN'],
  ['restore', 'RUN', '--format', 'sh'],
  ['keys', 'list', '--json'],
  ['records', 'report', 'RUN'],
];

async function asked(stage: Stage, ...args: string[]): Promise<Place> {
  let said = '';
  const code = await main(args, {
    out: (line) => void (said += `${line}\n`),
    err: (line) => void (said += line),
    env: stage.env,
    stdin: Readable.from([]),
    interactive: false,
    program: 'offboard',
  });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
  return { name: `output of ${args.join(' ')}`, bytes: Buffer.from(said) };
}

/** The negative twin: a dry run that is started by a client whose codec is off. What it says must be found. */
export async function runInTheClear(stage: Stage, session: Session, words: string): Promise<void> {
  const client = new Client({ connection: session.connection, namespace: session.client.options.namespace });
  const input = { manifest: readRawManifest(stage.manifestFile), startedBy: words, dryRun: true, searchAttributes: false };
  const workflowId = workflowIdOf('offboarding-dry-run', stage.manifest.tenant.id);
  await client.workflow.start('offboarding', { workflowId, taskQueue: session.taskQueue, args: [input] });
  // Its answer is encrypted for those who have the keys.
  await session.client.workflow.getHandle(workflowId).result();
}
