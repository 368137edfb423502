import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './search.ts';

const EVERY_MS = 100;

/** Looks at the arguments and the environment of every process below this one, again and again. Linux only: `/proc`. */
export class Processes {
  readonly #seen = new Map<string, Set<string>>();
  #over = false;
  #looking: Promise<void> | undefined;

  begin(): void {
    this.#looking = this.#look();
  }

  async end(): Promise<Place[]> {
    this.#over = true;
    await this.#looking;
    return [...this.#seen].map(([name, texts]) => ({ name, bytes: Buffer.from([...texts].join('\n')) }));
  }

  async #look(): Promise<void> {
    while (!this.#over) {
      for (const pid of below(process.pid)) this.#take(pid);
      await sleep(EVERY_MS);
    }
  }

  #take(pid: number): void {
    const args = read(pid, 'cmdline');
    if (args === undefined || args === '') return;
    const name = nameOf(args.split('\0'));
    this.#add(`arguments of ${name}`, args);
    this.#add(`environment of ${name}`, read(pid, 'environ') ?? '');
  }

  #add(name: string, text: string): void {
    this.#seen.set(name, (this.#seen.get(name) ?? new Set()).add(text));
  }
}

/** A script of ours by its path here, and what is no script by its own name. */
function nameOf([program = '', ...args]: string[]): string {
  const script = args.find((a) => a.endsWith('.ts'));
  return (script ?? program)
    .split('/')
    .slice(script ? -2 : -1)
    .join('/');
}

/** Ids of all processes that one started, and those started. */
function below(top: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap((pid) => {
      const parent = Number(/\) \S (\d+)/.exec(read(pid, 'stat') ?? '')?.[1]);
      return Number.isNaN(parent) ? [] : [{ pid, parent }];
    });
  const found: number[] = [];
  for (let level = [top]; level.length > 0;) {
    level = parents.filter(({ parent }) => level.includes(parent)).map(({ pid }) => pid);
    found.push(...level);
  }
  return found;
}

/** Undefined for a process that has ended meanwhile. */
function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
