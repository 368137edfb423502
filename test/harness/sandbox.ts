import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { stringify } from 'yaml';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { startProcess, type Child } from '../../client/demo/process.ts';
import { sandboxClient, type SandboxClient } from '../../client/demo/sandbox-client.ts';
import type { TestEstate } from './estate.ts';

/** A sandbox process that a test can stop, bring back, and fill anew, at one address and with one set of credentials. */
export class TestSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'offboard-sandbox-'));
  #process: Child | undefined;
  client!: SandboxClient;

  /** Starts it, also again after `stop`; this process becomes a worker of it: environment and trusted authority. */
  async start(estate?: TestEstate): Promise<void> {
    const file = join(this.folder, 'estate.yaml');
    if (estate) writeFileSync(file, stringify(estate));
    const args = ['sandbox/main.ts', '--state', this.folder, '--estate', file, '--parent', '--linger', '50'];
    this.#process = await startProcess('sandbox', args, process.env, join(this.folder, 'sandbox.log'));
    const environment = JSON.parse(readFileSync(join(this.folder, 'worker.env.json'), 'utf8')) as Record<string, string>;
    const authority = String(environment['NODE_EXTRA_CA_CERTS']);
    if (!this.client) setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
    Object.assign(process.env, environment);
    this.client = sandboxClient(String(this.#process.told['origin']), authority);
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }

  /** Puts another estate in place of what is there; keys and credentials stay. */
  async fill(estate: TestEstate): Promise<void> {
    await this.change((state) => {
      const objects = estate.objects.map((o) => EstateObjectSchema.parse(o));
      // Which lives of a role, or of an account, were meant is of the estate before.
      for (const slot of ['aws-generations', 'aws-trust', 'gcp-addresses']) delete state.slots[slot];
      state.entries = Object.fromEntries(objects.map((object) => [objectKey(object), { object, initial: structuredClone(object) }]));
    });
  }

  /** Changes the state on disk while it is stopped, as somebody in the clouds would. */
  async change(
    edit: (state: {
      entries: Record<string, { object: unknown; initial?: unknown; deletedAt?: string }>;
      slots: Record<string, unknown>;
    }) => void,
  ): Promise<void> {
    await this.stop();
    const file = join(this.folder, 'state.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof edit>[0];
    edit(state);
    writeFileSync(file, JSON.stringify(state));
    await this.start();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
