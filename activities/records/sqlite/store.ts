import { Worker } from 'node:worker_threads';
import { OffboardError } from '../../../model/errors.ts';
import type { KeyRing } from '../../../security/keys.ts';
import type { Append, Appended } from '../chain.ts';
import { RecordsUnavailable, type Store, type StoredArtifact, type Use } from '../store.ts';
import type { SqliteDatabase } from './database.ts';
import type { Answer, Call, Operation } from './protocol.ts';

type Asked<K extends Operation> = SqliteDatabase[K] extends (...values: infer V) => infer R ? { values: V; result: R } : never;

/** Records in one SQLite file, shared by the processes of one machine. It is asked in a thread of its own. */
export class SqliteStore implements Store {
  readonly where: string;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;
  #closed = false;

  /** `create`: the file is made where it is not there; else its absence is refused by the first call. */
  constructor(file: string, ring: KeyRing, { create = false }: { create?: boolean } = {}) {
    this.where = file;
    this.#thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { file, ring, create },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#thread.on('message', (answer: Answer) => this.#settle(answer));
    this.#thread.on('error', (error: Error) => this.#end(error));
    this.#thread.on('exit', () => this.#end(new RecordsUnavailable(file, 'were closed', 'start the process again')));
    this.#thread.unref();
  }

  identity(): Promise<string> {
    return this.ask('identity');
  }
  append(appends: Append[]): Promise<Appended[]> {
    return this.ask('append', appends);
  }
  tail(run: string, after: number, most?: number): ReturnType<Store['tail']> {
    return this.ask('tail', run, after, most);
  }
  hashAt(run: string, seq: number): Promise<string | undefined> {
    return this.ask('hashAt', run, seq);
  }
  runs(): Promise<string[]> {
    return this.ask('runs');
  }
  uses(run: string, address: string): Promise<boolean> {
    return this.ask('uses', run, address);
  }
  putArtifact(run: string, address: string, artifact: StoredArtifact): Promise<void> {
    return this.ask('putArtifact', run, address, artifact);
  }
  artifact(address: string): Promise<StoredArtifact | undefined> {
    return this.ask('artifact', address);
  }
  count(): Promise<number> {
    return this.ask('count');
  }
  addresses(after: string, most: number): Promise<string[]> {
    return this.ask('addresses', after, most);
  }
  missing(addresses: string[]): Promise<string[]> {
    return this.ask('missing', addresses);
  }
  usesAfter(run: string, address: string, most: number): Promise<Use[]> {
    return this.ask('usesAfter', run, address, most);
  }
  probe(): Promise<void> {
    return this.ask('probe');
  }
  remove(run: string): Promise<void> {
    return this.ask('remove', run);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.ask('close').catch(() => undefined);
    this.#closed = true;
    await this.#thread.terminate();
  }

  /** Asks the thread. Throws RecordsUnavailable, OffboardError. */
  ask<K extends Operation>(operation: K, ...values: Asked<K>['values']): Promise<Asked<K>['result']> {
    if (this.#closed) return Promise.reject(new RecordsUnavailable(this.where, 'were closed', 'start the process again'));
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // While an answer is awaited the process lives.
      this.#thread.ref();
      this.#thread.postMessage({ id, operation, values } satisfies Call);
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#thread.unref();
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(this.#asError(answer.error));
  }

  #asError({ name, message, stack, mend, code }: Extract<Answer, { ok: false }>['error']): Error {
    if (code !== undefined) return new OffboardError(code, message);
    const error = mend === undefined ? new Error(message) : new RecordsUnavailable(this.where, '', mend);
    return Object.assign(error, { name, message, stack });
  }

  #end(error: Error): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
