import { readdirSync, readFileSync } from 'node:fs';
import { OffboardError } from '../model/errors.ts';

/** What a process used so far: CPU seconds, user and system, and the most memory it ever had, in bytes. */
export interface Used {
  cpu: number;
  peak: number;
}

/** Linux counts in hundredths of a second for every program, whatever its own clock does. */
const TICKS = 100;
const PARENT = 1;
const USER = 11;
const SYSTEM = 12;

/** What a process used, from Linux's /proc; nothing for one that has ended. */
export function usedBy(pid: number): Used {
  const fields = statOf(pid);
  if (!fields) return { cpu: 0, peak: 0 };
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { cpu: (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS, peak: Number(peak) * 1024 };
}

/** The process below this one whose command line holds all of these words. Throws Internal where there is none. */
export function processWith(...words: string[]): number {
  const [found] = processesWith(...words);
  if (found === undefined) throw new OffboardError('Internal', `no process with ${words.join(' ')} was started`);
  return found;
}

export function processesWith(...words: string[]): number[] {
  return below(process.pid).filter((pid) => words.every((word) => commandOf(pid).includes(word)));
}

/** Throws where this machine has no /proc. */
export function demandProc(): void {
  if (process.platform !== 'linux')
    throw new OffboardError('NotAllowed', 'CPU seconds and memory come from /proc, which only Linux has; run the benchmark there');
}

/** The processes that a process began, and those that they began, the last ones first. */
function below(parent: number): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const children = Map.groupBy(all, (pid) => Number(statOf(pid)?.[PARENT]));
  const under = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [...under(child), child]);
  return under(parent);
}

/** The fields after the name, which may hold blanks itself; undefined for a process that has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
