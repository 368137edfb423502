import { quote } from './quote.ts';

/** The CLI's commands, in the order a run needs them. */
export const COMMAND_NAMES = [
  'discover',
  'inventory',
  'doctor',
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
  'keys',
  'codec-server',
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

/** The options that a step may hold: none that names a key, a folder or a confirmation. */
const OPTIONS = new Set(
  (
    'by reason ticket gate plan-hash opening items item keep leave override statement format ' +
    'dry-run json adopt old-temporal-gone out tenant auto stay fresh for help awaiting html ui'
  )
    .split(' ')
    .map((name) => `--${name}`),
);

/** Ids in a step are given by clouds and by senders: none may be an option, or move a terminal's cursor. */
const WORD = /^(?!-)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,2000}$/u;

/** Pure: whether this is a step of this program: a command that it has, and words that are what they look like. */
export function isStep(value: unknown): value is NextStep {
  const { command, args } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (!COMMAND_NAMES.some((name) => name === command) || !Array.isArray(args)) return false;
  return args.every((word) => typeof word === 'string' && (WORD.test(word) || OPTIONS.has(word)));
}

/** Pure: a step as a line to type. `program` is how the CLI is called here. One that is no step is a comment for the shell, without its words. */
export function spell(next: NextStep, program = 'offboard'): string {
  if (!isStep(next)) return '# what could be typed here cannot be shown: it holds words that are no command of this program';
  return [program, next.command, ...next.args.map(quote)].join(' ');
}
