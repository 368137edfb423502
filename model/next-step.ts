import { quote } from './quote.ts';

/** The CLI's commands, in the order a run needs them. */
export const COMMAND_NAMES = [
  'discover',
  'inventory',
  'start',
  'list',
  'status',
  'watch',
  'plan',
  'approve',
  'reject',
  'sign',
  'ready',
  'otp',
  'resend-otp',
  'confirm',
  'waive',
  'retry',
  'amend',
  'lift',
  'pause',
  'resume',
  'cancel',
  'report',
  'own-access',
  'records',
  'restore',
  'evidence',
  'demo',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** What a person may do next, as data: whoever shows it spells it in the words of the program that the person has. */
export interface NextStep {
  command: CommandName;
  /** Its words: the run first, then options and their values; what a person fills in stands in capitals (`NAME`, `TEXT`). */
  args: string[];
}

/** Why something is as it is: a sentence that is whole by itself, and what may be typed about it. */
export interface Reason {
  reason: string;
  next?: NextStep[];
}

/** Stands for the run that is spoken with, where its id is not known: whoever speaks with it knows it (`aboutRun`). */
export const RUN = 'RUN';

/** One step from its words. */
export const step = (command: CommandName, ...args: string[]): NextStep => ({ command, args });

/** The same steps, about this run where they left that open. */
export function aboutRun(steps: readonly NextStep[], run: string): NextStep[] {
  return steps.map(({ command, args }) => ({ command, args: args.map((word) => (word === RUN ? run : word)) }));
}

/** Pure: after a dry run its plan is read, and then what it planned is started: `restores` names the run to give back, a restore's `only` items of it. */
export function afterDryRun(run: string, restores?: string, only: readonly string[] = []): NextStep[] {
  if (restores === undefined) return [step('plan', run), step('start', 'MANIFEST', '--by', 'NAME')];
  return [step('plan', run), step('restore', restores, ...only.flatMap((id) => ['--item', id]), '--by', 'NAME')];
}

/** Pure: a step as a line to type. `program` is how the CLI is called here. */
export function spell({ command, args }: NextStep, program = 'offboard'): string {
  return [program, command, ...args.map(quote)].join(' ');
}
