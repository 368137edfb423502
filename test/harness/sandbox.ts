import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { stringify } from 'yaml';
import { startProcess, type Child } from '../../client/demo/process.ts';
import { sandboxClient, type SandboxClient } from '../../client/demo/sandbox-client.ts';
import type { TestEstate } from './estate.ts';

/** A sandbox process that a test can fill again, change, stop and bring back, at one address and with one set of credentials. */
export class TestSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'offboard-sandbox-'));
  readonly #lingerMs: number;
  #process: Child | undefined;
  client!: SandboxClient;

  /** `lingerMs`: how long what was deleted is still shown. */
  constructor(lingerMs: number) {
    this.#lingerMs = lingerMs;
  }

  /** Starts it, also again after `stop`; this process becomes a worker of it: environment and trusted authority. */
  async start(estate?: TestEstate): Promise<void> {
    const file = join(this.folder, 'estate.yaml');
    if (estate) writeFileSync(file, stringify(estate));
    const args = ['sandbox/main.ts', '--state', this.folder, '--estate', file, '--parent', '--linger', `${this.#lingerMs}`];
    this.#process = await startProcess('sandbox', args, process.env, join(this.folder, 'sandbox.log'));
    const authority = join(this.folder, 'ca.pem');
    if (!this.client) setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
    this.client = sandboxClient(String(this.#process.told['origin']), authority);
    this.#becomeWorker();
  }

  #becomeWorker(): void {
    Object.assign(process.env, JSON.parse(readFileSync(join(this.folder, 'worker.env.json'), 'utf8')));
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  /** Puts another estate in place of what is there; keys and credentials stay. */
  async fill(estate: TestEstate): Promise<void> {
    await this.#control('PUT', 'estate', estate);
    this.#becomeWorker();
  }

  /** Changes what is there, as somebody in the clouds would. `edit` is called again when something else changed meanwhile. */
  async change(
    edit: (state: {
      entries: Record<string, { object: unknown; initial?: unknown; deletedAt?: string }>;
      slots: Record<string, unknown>;
      credentials: Record<string, unknown>;
    }) => void,
  ): Promise<void> {
    for (;;) {
      const read = await this.#control('GET', 'state');
      const state = (await read.json()) as Parameters<typeof edit>[0];
      edit(state);
      const { status } = await this.#control('PUT', 'state', state, { 'if-match': read.headers.get('etag') ?? '' });
      if (status === 204) break;
    }
    this.#becomeWorker();
  }

  async #control(method: 'GET' | 'PUT', path: 'estate' | 'state', body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Bearer ${readFileSync(join(this.folder, 'control-token'), 'utf8')}`;
    const answer = await fetch(`${this.client.origin}/sandbox/${path}`, {
      method,
      headers: { authorization, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok && answer.status !== 412) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
