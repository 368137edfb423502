import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Tally } from './tally.ts';

const CLI = resolve(import.meta.dirname, '..', '..', 'client', 'main.ts');

/** How many of the commands are killed, as long as there are to be kills. */
const KILLED = 1 / 2;

/** What a command answered with --json. Of a refusal there is `message`. */
export interface Answer {
  code: number;
  told: Record<string, unknown>;
}

/** Types commands of the CLI, each a process of its own. Some are killed at a random moment, and typed again as they were. */
export class Typist {
  readonly #env: NodeJS.ProcessEnv;
  readonly #random: () => number;
  readonly #tally: Tally;
  /** What the last one took that was not killed, in ms. */
  #usual = 1_000;

  constructor(env: NodeJS.ProcessEnv, random: () => number, tally: Tally) {
    this.#env = env;
    this.#random = random;
    this.#tally = tally;
  }

  /** `line`: for its standard input. */
  async type(args: string[], line = ''): Promise<Answer> {
    const answer = this.#random() < KILLED && this.#tally.take() ? await this.killed(args, line) : undefined;
    return answer ?? (await this.#typed(args, line, undefined));
  }

  /** Kills it after some part of the time that it takes, a kill that was taken; where that came too late, returns what it answered. */
  async killed(args: string[], line = ''): Promise<Answer | undefined> {
    const after = Math.ceil(this.#random() * this.#usual);
    const answer = await this.#typed(args, line, after);
    if (answer.code === -1) this.#tally.done('CLI', `, ${after} ms into its ${args[0]}`);
    else this.#tally.back();
    return answer.code === -1 ? undefined : answer;
  }

  /** `code` is -1 of one that was killed. */
  async #typed(args: string[], line: string, killAfter: number | undefined): Promise<Answer> {
    const began = performance.now();
    const child = spawn(process.execPath, [CLI, ...args, '--json'], { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] });
    // One that was killed reads nothing any more.
    child.stdin.on('error', () => undefined).end(line);
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    clearTimeout(timer);
    if (child.signalCode !== null) return { code: -1, told: {} };
    this.#usual = performance.now() - began;
    return { code: child.exitCode ?? -1, told: said.trim() === '' ? {} : (JSON.parse(said) as Record<string, unknown>) };
  }
}
