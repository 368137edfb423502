import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { stringify } from 'yaml';
import { startProcess, type Child } from '../../client/demo/process.ts';
import { sandboxClient, type SandboxClient } from '../../client/demo/sandbox-client.ts';
import type { TestEstate } from './estate.ts';
import { suite } from './suite.ts';

/** The sandboxes of this process that no file uses, by how long they show what was deleted: starting one takes as long as a short test. */
const IDLE = Symbol.for('offboard.test.sandboxes');
type Idle = Map<string, { folder: string; process: Child }>;
const globals = globalThis as { [IDLE]?: Idle };

/** A sandbox process that a test can fill again, change, stop and bring back, at one address and with one set of credentials. */
export class TestSandbox {
  folder = '';
  readonly #linger: string;
  #process: Child | undefined;
  client!: SandboxClient;

  /** `linger`: how late a change is shown, as `--linger` takes it. */
  constructor(linger: string) {
    this.#linger = linger;
  }

  /** Takes one that a file before left, or starts one; this process becomes a worker of it: environment and trusted authority. */
  async open(estate: TestEstate): Promise<void> {
    const idle = (globals[IDLE] ??= new Map());
    const left = idle.get(this.#linger);
    idle.delete(this.#linger);
    this.folder = left?.folder ?? mkdtempSync(join(suite('folder'), 'sandbox-'));
    writeFileSync(join(this.folder, 'estate.yaml'), stringify(estate));
    if (!left) {
      await this.start();
      setDefaultCACertificates([...getCACertificates('default'), readFileSync(join(this.folder, 'ca.pem'), 'utf8')]);
      return;
    }
    this.#process = left.process;
    this.client = sandboxClient(String(left.process.ready['origin']), this.folder);
    const worker = estate.objects.find((o) => 'displayName' in o && o.displayName === 'offboarding-worker');
    await this.change(({ credentials }) => {
      const { id: tenantId, cloud = 'public' } = estate.manifest.tenant;
      Object.assign(credentials['entra-client'] as object, { tenantId, cloud, clientId: worker && 'appId' in worker ? worker.appId : '' });
    });
    await this.fill(estate);
  }

  /** Starts it, also again after `stop`. */
  async start(): Promise<void> {
    const estate = join(this.folder, 'estate.yaml');
    const args = ['sandbox/main.ts', '--state', this.folder, '--estate', estate, '--parent', '--linger', this.#linger];
    this.#process = await startProcess('sandbox', args, process.env, join(this.folder, 'sandbox.log'));
    this.client = sandboxClient(String(this.#process.ready['origin']), this.folder);
    this.#becomeWorker();
  }

  #becomeWorker(): void {
    // Named only where the estate has an account.
    delete process.env['OFFBOARD_AWS_ROLE'];
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
      entries: Record<string, { object: unknown; initial?: unknown; deletedAt?: string; madeAt?: string }>;
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

  /** As if the last one-time password had been sent so long ago that another may be asked for. */
  async codeSentLongAgo(): Promise<void> {
    await this.change(({ slots }) => {
      for (const deletion of Object.values(slots['portal-deletions'] as Record<string, { sentAt: number }>)) deletion.sentAt -= 60_000;
    });
  }

  /** From now on so many of all calls fail, from 0 to 1. */
  async faults(rate: number): Promise<void> {
    await this.#control('PUT', 'faults', { rate });
  }

  async #control(
    method: 'GET' | 'PUT',
    path: 'estate' | 'state' | 'faults',
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const authorization = `Bearer ${readFileSync(join(this.folder, 'control-token'), 'utf8')}`;
    const answer = await fetch(`${this.client.origin}/sandbox/${path}`, {
      method,
      headers: { authorization, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok && answer.status !== 412) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  /** Leaves it to the next file of this process, with which it ends. */
  close(): void {
    if (this.#process) globals[IDLE]?.set(this.#linger, { folder: this.folder, process: this.#process });
    this.#process = undefined;
  }
}
