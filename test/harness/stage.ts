import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import pino from 'pino';
import { stringify } from 'yaml';
import type { Deps } from '../../activities/deps.ts';
import { openRecords } from '../../activities/records/open.ts';
import { viewOf } from '../../client/run/ask.ts';
import { main } from '../../client/cli.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { homeOf, type Home } from '../../security/files.ts';
import { loadKeys } from '../../security/keys.ts';
import { loadSealingKey } from '../../security/sealing.ts';
import { loadSigningKey } from '../../security/signing.ts';
import { allClouds } from '../../worker/clouds.ts';
import { createWorker } from '../../worker/worker.ts';
import type { RunView } from '../../model/messages/status.ts';
import { USES } from '../../model/permission.ts';
import { APPROVER, smallEstate, STARTER, type TestEstate } from './estate.ts';
import { notInTables } from './permissions.ts';
import { TestSandbox } from './sandbox.ts';
import type { Deployment } from '../../temporal/deployment.ts';
import { suite } from './suite.ts';

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** Real parts, put together for one test file: the suite's Temporal server, a sandbox, a worker with the real clouds, the CLI. */
type Bundle = Parameters<typeof createWorker>[4];

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'offboard-stage-'));
  readonly sandbox: TestSandbox;
  readonly taskQueue = `test-${randomUUID()}`;
  session!: Session;
  deps!: Deps;
  #worker: { shutdown(): void; done: Promise<void> } | undefined;

  /** Address of the database with the records; a file of the stage's own where none is given. */
  readonly #records: string | undefined;

  /** `linger`: how late the sandbox shows a change, as its `--linger` takes it. */
  constructor({ lingerMs = 0, linger, records }: { lingerMs?: number; linger?: string; records?: string } = {}) {
    this.sandbox = new TestSandbox(linger ?? `${lingerMs}`);
    this.#records = records;
  }

  get home(): Home {
    return homeOf(this.env);
  }

  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      TEMPORAL_ADDRESS: suite('temporalAddress'),
      OFFBOARD_HOME: join(this.folder, 'home'),
      OFFBOARD_TASK_QUEUE: this.taskQueue,
      ...(this.#records === undefined ? {} : { OFFBOARD_RECORDS: this.#records }),
    };
  }

  async open(estate: TestEstate = smallEstate()): Promise<void> {
    await this.sandbox.open(estate);
    // A file before may have left it with others; what is needed is counted from here.
    await this.sandbox.client.permit({});
    const ring = loadKeys(this.home.keys, this.env);
    const { journal, artifacts } = await openRecords(this.env, ring, { create: true });
    this.deps = {
      clouds: allClouds(),
      journal,
      artifacts,
      policy: { identity: 'asserted', approvers: [STARTER, APPROVER, 'third'], fourEyes: true, maxItems: 10_000 },
      temporal: { address: suite('temporalAddress'), namespace: 'default' },
      sealing: await loadSealingKey(this.home.sealing, this.env),
      signing: loadSigningKey(this.home.signing, this.env),
      notify: () => Promise.resolve(undefined),
      evidenceFolder: join(this.folder, 'evidence'),
      log: pino({ level: 'silent' }),
    };
    this.session = await openSession(this.env);
    await this.startWorker();
  }

  /** `bundle`: other workflows than those of this program; `deployment`: the build that the worker is of. */
  async startWorker(bundle: Bundle = { codePath: suite('workflowBundle') }, deployment?: Deployment): Promise<void> {
    const settings = { address: suite('temporalAddress'), namespace: 'default', options: {} };
    const ring = loadKeys(this.home.keys, this.env);
    const { worker, connection } = await createWorker(settings, this.taskQueue, ring, this.deps, bundle, deployment);
    const runToEnd = async () => {
      try {
        await worker.run();
      } finally {
        await connection.close();
      }
    };
    const done = runToEnd();
    this.#worker = { shutdown: () => worker.shutdown(), done };
  }

  async stopWorker(): Promise<void> {
    this.#worker?.shutdown();
    await this.#worker?.done;
    this.#worker = undefined;
  }

  async close(): Promise<void> {
    for await (const w of this.session.client.workflow.list({ query: `TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running'` })) {
      try {
        await this.session.client.workflow.getHandle(w.workflowId).terminate('the test is over');
      } catch (error) {
        // The list lags behind: a run may have ended by itself meanwhile.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
    await this.stopWorker();
    const needed = await this.sandbox.client.needed();
    await this.session.close();
    await this.deps.journal.close();
    this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
    const unknown = notInTables(needed, USES);
    if (unknown.length > 0) throw new Error(`calls that activities/*/wire/permissions.ts does not know: ${unknown.join('; ')}`);
  }

  /** Writes an estate's manifest to a file and fills the sandbox with its objects. Returns the manifest's path. */
  async fill(estate: TestEstate): Promise<string> {
    await this.sandbox.fill(estate);
    return this.writeManifest(estate.manifest);
  }

  writeManifest(manifest: unknown): string {
    const file = join(this.folder, `${randomUUID()}.yaml`);
    writeFileSync(file, stringify(manifest));
    return file;
  }

  /** Types a command as a person would; `stdin` is what is piped into it. */
  async offboard(...args: string[]): Promise<CliResult> {
    return await this.offboardWith('', ...args);
  }

  async offboardWith(stdin: string, ...args: string[]): Promise<CliResult> {
    const result: CliResult = { code: 0, out: '', err: '' };
    result.code = await main(args, {
      out: (text) => void (result.out += `${text}\n`),
      err: (text) => void (result.err += text),
      env: this.env,
      stdin: Readable.from([stdin]),
      interactive: false,
      program: 'offboard',
    });
    return result;
  }

  view(run: string): Promise<RunView> {
    return viewOf(this.session, run);
  }

  /** Waits until a run looks as wanted; fails with what it looked like last. */
  async until(run: string, wanted: (view: RunView) => boolean, withinMs = 45_000): Promise<RunView> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const view = await this.view(run);
      if (wanted(view)) return view;
      if (Date.now() > deadline) throw new Error(`the run did not get there: ${JSON.stringify(view, undefined, 1)}`);
      // A look is work for the worker, the server and this process, and takes it from the run.
      await sleep(150);
    }
  }
}
