import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../sandbox/main.ts');
export const DEFAULT_ESTATE = join(import.meta.dirname, '../../estates/default.yaml');

/** Where a sandbox answers, and how. */
export interface SandboxAddress {
  origin: string;
  /** The worker's environment (`worker.env.json`). */
  environment: Record<string, string>;
  /** Trusts the sandbox's authority. */
  agent: Agent;
}

/** A sandbox process under test. */
export interface RunningSandbox extends SandboxAddress {
  state: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a sandbox on a free port and waits until it answers. `state` of an earlier one brings that one back. */
export async function startSandbox(options: { estate?: string; state?: string; lingerMs?: number } = {}): Promise<RunningSandbox> {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'sandbox-'));
  const child = spawn(
    process.execPath,
    [MAIN, '--state', state, '--estate', options.estate ?? DEFAULT_ESTATE, '--linger', String(options.lingerMs ?? 0), '--parent'],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { origin } = JSON.parse(line) as { origin: string };
    const environment = JSON.parse(readFileSync(join(state, 'worker.env.json'), 'utf8')) as Record<string, string>;
    const agent = new Agent({ ca: readFileSync(environment['NODE_EXTRA_CA_CERTS'] as string) });
    const stop = async () => {
      agent.destroy();
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    return { origin, state, environment, agent, process: child, stop };
  }
  throw new Error(`the sandbox did not start: ${errors}`);
}

export interface Answer<T> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON. */
  json(): T;
}

/** One https request to the sandbox. An object as body is sent as JSON, URLSearchParams as a form. */
export function call<T = unknown>(
  sandbox: SandboxAddress,
  method: string,
  path: string,
  options: { body?: object; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const form = options.body instanceof URLSearchParams ? options.body.toString() : undefined;
  const body = form ?? (options.body && JSON.stringify(options.body));
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  return new Promise((done, fail) => {
    const sent = request(
      `${sandbox.origin}${path}`,
      { method, agent: sandbox.agent, headers: { ...(body ? { 'content-type': type } : {}), ...options.headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) as T }),
        );
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}

/** A bearer token of the worker's for `scope`, from the sandbox's Entra. */
export async function workerToken(sandbox: SandboxAddress, scope: string): Promise<string> {
  const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = sandbox.environment;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: AZURE_CLIENT_ID,
    client_secret: AZURE_CLIENT_SECRET,
    scope,
  });
  const answer = await call<{ access_token: string }>(sandbox, 'POST', `/${AZURE_TENANT_ID}/oauth2/v2.0/token`, { body });
  return answer.json().access_token;
}
