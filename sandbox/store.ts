import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { lasting } from './lasting.ts';
import { z } from 'zod';
import { EstateObjectSchema, objectKey, type EstateObject, type EstateObjectKind, type ObjectOf } from './objects.ts';

const EntrySchema = z.strictObject({
  object: EstateObjectSchema,
  /** As it was when the estate was loaded; absent for what was created later. */
  initial: EstateObjectSchema.exactOptional(),
  deletedAt: z.iso.datetime().exactOptional(),
  /** When it was made, or undeleted; absent for what the estate began with. */
  madeAt: z.iso.datetime().exactOptional(),
});

type Entry = z.infer<typeof EntrySchema>;

/** All that a sandbox knows, as `state.json` holds it. */
export const StateSchema = z.strictObject({
  entries: z.record(z.string(), EntrySchema),
  /** What services keep about the estate: operations, mails, etags. */
  slots: z.record(z.string(), z.unknown()),
  /** Keys and clients, which stay when another estate comes. */
  credentials: z.record(z.string(), z.looseObject({})),
});
export type State = z.infer<typeof StateSchema>;

/** What the sandbox says of itself after a run: which objects that are not ours changed, and which of ours are left. */
export interface SandboxReport {
  untouched: { objects: number; changed: { key: string; before: EstateObject; after: EstateObject | null }[] };
  /** `altered`: not, or no longer, as the estate began with it: none before a run, and none after all of it was given back. */
  ours: { objects: number; left: string[]; altered: string[] };
}

/** The estate's state on disk (`state.json`), written atomically at each change, so that a killed sandbox comes back as it was. */
export class EstateStore {
  readonly #file: string;
  #state: State;
  /** Made of the state when it is asked for, and forgotten when an entry comes or is replaced. */
  #byKind: Map<EstateObjectKind, Entry[]> | undefined;
  /** Another one after each change. */
  #version = randomUUID();
  /** The sandbox's clock. */
  now = () => new Date();

  private constructor(file: string, state: State) {
    this.#file = file;
    this.#state = state;
  }

  /** Opens the state below `directory`, or makes it from `seed` when there is none. */
  static open(directory: string, seed: EstateObject[]): EstateStore {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'state.json');
    if (existsSync(file)) return new EstateStore(file, JSON.parse(readFileSync(file, 'utf8')) as State);
    const store = new EstateStore(file, { entries: {}, slots: {}, credentials: {} });
    store.refill(seed);
    return store;
  }

  /** Puts other objects in place of all that is there; only keys and clients stay. */
  refill(objects: EstateObject[]): void {
    const entries: State['entries'] = {};
    for (const object of objects) {
      const key = objectKey(object);
      if (entries[key]) throw new Error(`objects: ${key} is there twice; keep one of them`);
      entries[key] = { object, initial: structuredClone(object) };
    }
    this.#state = { entries, slots: {}, credentials: this.#state.credentials };
    this.#byKind = undefined;
    this.save();
  }

  /** All that is there, and what tells this state from any other. */
  snapshot(): { state: State; version: string } {
    return { state: this.#state, version: this.#version };
  }

  /** Puts `state` in place of all that is there, if that is still the one of `version`; tells whether it was. */
  replace(state: State, version: string): boolean {
    if (version !== this.#version) return false;
    this.#state = state;
    this.#byKind = undefined;
    this.save();
    return true;
  }

  /** Live objects of one kind, in the order of their keys; `madeBy`: but for those made, or undeleted, later than then. */
  list<K extends EstateObjectKind>(kind: K, madeBy?: Date): ObjectOf<K>[] {
    const known = (e: Entry) => !e.deletedAt && !(madeBy && e.madeAt && new Date(e.madeAt) > madeBy);
    return this.#entriesOf(kind).flatMap((e) => (known(e) ? [e.object as ObjectOf<K>] : []));
  }

  /** Deleted objects of one kind with the time of their deletion: for soft deletes and for answers that linger. */
  deleted<K extends EstateObjectKind>(kind: K): { object: ObjectOf<K>; deletedAt: Date }[] {
    return this.#entriesOf(kind).flatMap((e) =>
      e.deletedAt ? [{ object: e.object as ObjectOf<K>, deletedAt: new Date(e.deletedAt) }] : [],
    );
  }

  /** Every call asks for some kinds, of a thousand objects perhaps. */
  #entriesOf(kind: EstateObjectKind): Entry[] {
    this.#byKind ??= Map.groupBy(
      Object.keys(this.#state.entries)
        .toSorted()
        .map((key) => this.#state.entries[key] as Entry),
      (e) => e.object.kind,
    );
    return this.#byKind.get(kind) ?? [];
  }

  /** Adds or replaces an object (an undelete too) and writes the state. */
  put(object: EstateObject): void {
    const key = objectKey(object);
    const before = this.#state.entries[key];
    const madeAt = before && !before.deletedAt ? before.madeAt : this.now().toISOString();
    this.#state.entries[key] = { object, ...(before?.initial ? { initial: before.initial } : {}), ...(madeAt ? { madeAt } : {}) };
    this.#byKind = undefined;
    this.save();
  }

  /** Marks an object deleted; it stays known to `deleted`. */
  remove(object: EstateObject, at: Date): void {
    const entry = this.#state.entries[objectKey(object)];
    if (!entry) throw new Error(`no object ${objectKey(object)}`);
    entry.deletedAt = at.toISOString();
    this.save();
  }

  /** The live objects, in no order. */
  all(): EstateObject[] {
    return Object.values(this.#state.entries).flatMap((e) => (e.deletedAt ? [] : [e.object]));
  }

  /** The object of a key, deleted ones too. */
  at(key: string): EstateObject | undefined {
    return this.#state.entries[key]?.object;
  }

  /** Puts an object as if the estate had begun with it. */
  begin(object: EstateObject): void {
    this.#state.entries[objectKey(object)] = { object, initial: structuredClone(object) };
    this.#byKind = undefined;
    this.save();
  }

  /** Marks an object deleted as if the estate had begun without it. */
  forget(key: string, at: Date): void {
    const entry = this.#state.entries[key];
    if (!entry) throw new Error(`no object ${key}`);
    delete entry.initial;
    entry.deletedAt = at.toISOString();
    this.save();
  }

  /** State of one service's own (etags, operations, mails): a JSON value that is mutated in place and written by `save`. */
  slot<T extends object>(name: string, initial: T): T {
    return (this.#state.slots[name] ??= initial) as T;
  }

  /** What a worker was told or the sandbox signs with: made once, and it outlasts the estate. */
  credential<T extends object>(name: string, make: () => T): T {
    const { credentials } = this.#state;
    if (!credentials[name]) {
      credentials[name] = make() as State['credentials'][string];
      this.save();
    }
    return credentials[name] as T;
  }

  save(): void {
    this.#version = randomUUID();
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify(this.#state), { mode: 0o600 });
    renameSync(next, this.#file);
  }

  /** Compares what is there now with what the estate began with. Objects of ours count as left until deleted or, for the CIEM sign-in, disabled. */
  report(): SandboxReport {
    const entries = Object.entries(this.#state.entries).filter(([, e]) => e.initial);
    const foreign = entries.filter(([, e]) => !e.initial?.ours);
    const changed = foreign
      .filter(([, e]) => e.deletedAt !== undefined || !isDeepStrictEqual(e.object, e.initial))
      .map(([key, e]) => ({ key, before: e.initial as EstateObject, after: e.deletedAt ? null : e.object }));
    const own = entries.filter(([, e]) => e.initial?.ours);
    const left = own.filter(([, e]) => !e.deletedAt && !(e.object.kind === 'entra-service-principal' && !e.object.accountEnabled));
    const altered = own.filter(([, e]) => e.deletedAt !== undefined || !isDeepStrictEqual(lasting(e.object), lasting(e.initial)));
    return {
      untouched: { objects: foreign.length, changed },
      ours: { objects: own.length, left: left.map(([key]) => key), altered: altered.map(([key]) => key) },
    };
  }
}
