import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, State } from './state.ts';

/** Beyond so many bytes the changes are written together into the state. */
const MOST_CHANGED = 64 * 1_048_576;

const STATE = 'state.json';
const CHANGES = 'changes.jsonl';

type Change = { key: string; entry: Entry } | { slot: string; value: unknown };

/**
 * A state on disk: `state.json`, written whole and atomically now and then, and `changes.jsonl`, a line for each change since. So a write costs what
 * changed, however large the estate is.
 */
export class StateFile {
  readonly #directory: string;
  readonly #file: string;
  readonly #changes: string;
  #bytes = 0;
  /** Slots that were handed out, and may have been changed, since the last write; and how each was written last. */
  readonly #touched = new Set<string>();
  readonly #written = new Map<string, string>();

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#file = join(directory, STATE);
    this.#changes = join(directory, CHANGES);
  }

  /** The state that was kept; undefined when there is none. */
  read(): State | undefined {
    const state = stateIn(this.#directory);
    if (state) this.write(state);
    return state;
  }

  /** The whole state, atomically. */
  write(state: State): void {
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
    renameSync(next, this.#file);
    // Between these two a change is in both, which says the same.
    rmSync(this.#changes, { force: true });
    this.#bytes = 0;
    this.#touched.clear();
    this.#written.clear();
    for (const [name, value] of Object.entries(state.slots)) this.#written.set(name, JSON.stringify(value));
  }

  /** That a slot was handed out. */
  touch(slot: string): void {
    this.#touched.add(slot);
  }

  /** One changed entry, if any, and the touched slots that differ from what was written. */
  append(state: State, entry?: Change): void {
    const changes: Change[] = entry ? [entry] : [];
    for (const slot of this.#touched) {
      const value = JSON.stringify(state.slots[slot]);
      if (value === this.#written.get(slot)) continue;
      this.#written.set(slot, value);
      changes.push({ slot, value: state.slots[slot] });
    }
    this.#touched.clear();
    if (changes.length === 0) return;
    const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
    appendFileSync(this.#changes, text, { mode: 0o600 });
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > MOST_CHANGED) this.write(state);
  }
}

/** What a folder holds of a state, with all its changes; undefined when there is none. Writes nothing. */
export function stateIn(directory: string): State | undefined {
  const file = join(directory, STATE);
  if (!existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, 'utf8')) as State;
  for (const change of changesIn(join(directory, CHANGES))) {
    if ('slot' in change) state.slots[change.slot] = change.value;
    else state.entries[change.key] = change.entry;
  }
  return state;
}

/** A killed sandbox may have left half a line: what it says was answered to nobody. */
function changesIn(file: string): Change[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Change);
}
