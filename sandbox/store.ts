import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { lasting } from './lasting.ts';
import { StateFile } from './state-file.ts';
import type { Entry, State } from './state.ts';
import { objectKey, partOf, type EstateObject, type EstateObjectKind, type ObjectOf } from './objects.ts';

/** What the sandbox says of itself after a run: which objects that are not ours changed, and which of ours are left. */
export interface SandboxReport {
  untouched: { objects: number; changed: { key: string; before: EstateObject; after: EstateObject | null }[] };
  /** `altered`: not, or no longer, as the estate began with it: none before a run, and none after all of it was given back. */
  ours: { objects: number; left: string[]; altered: string[] };
}

/** The entries of one kind, all and by the part of the estate they lie in, each in the order of their keys. */
class Shelf {
  readonly all = new Sorted();
  readonly #parts = new Map<string, Sorted>();

  /** Keys stay, so an entry stays where it is when another takes its place. */
  put(key: string, entry: Entry): void {
    this.all.put(key, entry);
    const part = partOf(entry.object);
    if (part !== undefined) this.#part(part).put(key, entry);
  }

  /** What lies in one part; of a kind that knows no parts, all. */
  in(part: string): readonly Entry[] {
    return this.#parts.get(part)?.entries ?? [];
  }

  #part(name: string): Sorted {
    const part = this.#parts.get(name) ?? new Sorted();
    this.#parts.set(name, part);
    return part;
  }
}

class Sorted {
  readonly entries: Entry[] = [];
  readonly #keys: string[] = [];

  put(key: string, entry: Entry): void {
    const at = this.#placeOf(key);
    const isThere = this.#keys[at] === key;
    this.entries.splice(at, isThere ? 1 : 0, entry);
    if (!isThere) this.#keys.splice(at, 0, key);
  }

  /** The place of the first key that is not less. */
  #placeOf(key: string): number {
    let [from, to] = [0, this.#keys.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#keys[middle] as string) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** The estate's state, kept on disk at each change, so that a killed sandbox comes back as it was. */
export class EstateStore {
  readonly #file: StateFile;
  #state: State;
  #shelves = new Map<EstateObjectKind, Shelf>();
  /** Another one after each change. */
  #version = randomUUID();
  /** The sandbox's clock. */
  now = () => new Date();

  private constructor(file: StateFile, state: State) {
    this.#file = file;
    this.#state = state;
    this.#shelve();
  }

  /** Opens the state below `directory`, or makes it from `seed` when there is none. */
  static open(directory: string, seed: EstateObject[]): EstateStore {
    const file = new StateFile(directory);
    const known = file.read();
    if (known) return new EstateStore(file, known);
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
    this.#take({ entries, slots: {}, credentials: this.#state.credentials });
  }

  /** All that is there, and what tells this state from any other. */
  snapshot(): { state: State; version: string } {
    return { state: this.#state, version: this.#version };
  }

  /** Puts `state` in place of all that is there, if that is still the one of `version`; tells whether it was. */
  replace(state: State, version: string): boolean {
    if (version !== this.#version) return false;
    this.#take(state);
    return true;
  }

  #take(state: State): void {
    this.#state = state;
    this.#shelve();
    this.#version = randomUUID();
    this.#file.write(state);
  }

  #shelve(): void {
    this.#shelves = new Map();
    for (const key of Object.keys(this.#state.entries).toSorted())
      this.#shelf(this.#state.entries[key] as Entry).put(key, this.#state.entries[key] as Entry);
  }

  #shelf({ object }: Pick<Entry, 'object'>): Shelf {
    const shelf = this.#shelves.get(object.kind) ?? new Shelf();
    this.#shelves.set(object.kind, shelf);
    return shelf;
  }

  /**
   * Live objects of one kind, in the order of their keys; `part`: those of one part (`partOf`) alone; `madeBy`: but for those made, or undeleted,
   * later than then.
   */
  list<K extends EstateObjectKind>(kind: K, { part, madeBy }: { part?: string; madeBy?: Date } = {}): ObjectOf<K>[] {
    const known = (e: Entry) => !e.deletedAt && !(madeBy && e.madeAt && new Date(e.madeAt) > madeBy);
    return this.#entriesOf(kind, part).flatMap((e) => (known(e) ? [e.object as ObjectOf<K>] : []));
  }

  /** Deleted objects of one kind with the time of their deletion: for soft deletes and for answers that linger. `part` as for `list`. */
  deleted<K extends EstateObjectKind>(kind: K, part?: string): { object: ObjectOf<K>; deletedAt: Date }[] {
    return this.#entriesOf(kind, part).flatMap((e) =>
      e.deletedAt ? [{ object: e.object as ObjectOf<K>, deletedAt: new Date(e.deletedAt) }] : [],
    );
  }

  /** Every call asks for some kinds, of ten thousand objects perhaps. */
  #entriesOf(kind: EstateObjectKind, part: string | undefined): readonly Entry[] {
    const shelf = this.#shelves.get(kind);
    return (part === undefined ? shelf?.all.entries : shelf?.in(part)) ?? [];
  }

  /** Adds or replaces an object (an undelete too) and writes it. */
  put(object: EstateObject): void {
    const key = objectKey(object);
    const before = this.#state.entries[key];
    const madeAt = before && !before.deletedAt ? before.madeAt : this.now().toISOString();
    this.#keep(key, { object, ...(before?.initial ? { initial: before.initial } : {}), ...(madeAt ? { madeAt } : {}) });
  }

  /** Marks an object deleted; it stays known to `deleted`. */
  remove(object: EstateObject, at: Date): void {
    const key = objectKey(object);
    const entry = this.#state.entries[key];
    if (!entry) throw new Error(`no object ${key}`);
    this.#keep(key, { ...entry, deletedAt: at.toISOString() });
  }

  /** The live objects, in no order. */
  all(): EstateObject[] {
    return Object.values(this.#state.entries).flatMap((e) => (e.deletedAt ? [] : [e.object]));
  }

  /** The object of a key, deleted ones too. */
  at(key: string): EstateObject | undefined {
    return this.#state.entries[key]?.object;
  }

  /** The live object of a key. */
  live(key: string): EstateObject | undefined {
    const entry = this.#state.entries[key];
    return entry?.deletedAt === undefined ? entry?.object : undefined;
  }

  /** Puts an object as if the estate had begun with it. */
  begin(object: EstateObject): void {
    this.#keep(objectKey(object), { object, initial: structuredClone(object) });
  }

  /** Marks an object deleted as if the estate had begun without it. */
  forget(key: string, at: Date): void {
    const entry = this.#state.entries[key];
    if (!entry) throw new Error(`no object ${key}`);
    const { initial: _, ...rest } = entry;
    this.#keep(key, { ...rest, deletedAt: at.toISOString() });
  }

  #keep(key: string, entry: Entry): void {
    this.#state.entries[key] = entry;
    this.#shelf(entry).put(key, entry);
    this.save({ key, entry });
  }

  /** State of one service's own (etags, operations, mails): a JSON value that is mutated in place and written by `save`. */
  slot<T extends object>(name: string, initial: T): T {
    this.#file.touch(name);
    return (this.#state.slots[name] ??= initial) as T;
  }

  /** What a worker was told or the sandbox signs with: made once, and it outlasts the estate. */
  credential<T extends object>(name: string, make: () => T): T {
    const { credentials } = this.#state;
    if (!credentials[name]) {
      credentials[name] = make() as State['credentials'][string];
      this.#take(this.#state);
    }
    return credentials[name] as T;
  }

  /** Writes an entry that changed, if any, and the slots that were. */
  save(changed?: { key: string; entry: Entry }): void {
    this.#version = randomUUID();
    this.#file.append(this.#state, changed);
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
