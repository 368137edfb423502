import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OffboardError } from '../../model/errors.ts';
import { step, type CommandName, type NextStep } from '../../model/next-step.ts';
import type { Values } from './values.ts';

/** Where a command reads and writes; tests bring their own. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadableStream;
  /** Whether a person sits there. */
  interactive: boolean;
  /** How this program is called, so that a command it prints can be copied as it stands. */
  program: string;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** What a command does once its arguments are read. */
export interface Action {
  /** Resolves to the exit code, where that is not 0. */
  run(input: { positionals: string[]; values: Values; json: boolean }, io: Io): Promise<number | void>;
}

/** One verb of the CLI: its words, and where to find what it does. */
export interface Command {
  name: CommandName;
  summary: string;
  /** Names of the positional arguments, all needed, such as `RUN`. */
  positionals: string[];
  /** Name of one that may follow these, such as `MANIFEST`. */
  optional?: string;
  /** Name of what may follow these any number of times, such as `ITEM`. */
  more?: string;
  /** What to say to whoever gives an argument more, instead of repeating it. */
  surplus?: string;
  /** Option names to what they mean; `json` is every command's. */
  options: Record<string, { type: 'string' | 'boolean'; needed?: true; multiple?: true; value?: string; help: string }>;
  /** Loads the file with what it does. */
  load(): Promise<Action>;
}

/** No id and no path is longer, and Temporal's server takes no longer one for an id that it does not know, but for a fault. */
const LONGEST = 4_096;

/** Parses strictly: an unknown option in a tool that deletes is never ignored. Throws OffboardError 'Usage'. */
export function parse(command: Command, args: string[]): { positionals: string[]; values: Values; json: boolean } {
  const options: Options = { json: { type: 'boolean' }, help: { type: 'boolean' } };
  for (const [name, { type, multiple }] of Object.entries(command.options)) options[name] = { type, multiple: multiple === true };
  let parsed: { values: Values; positionals: string[]; tokens: { kind: string; name?: string }[] };
  try {
    parsed = parseArgs({ args, options, strict: true, allowPositionals: true, tokens: true }) as typeof parsed;
  } catch (error) {
    throw new OffboardError('Usage', misused(error as Error), { cause: error, next: [usageOf(command)] });
  }
  const { values, positionals } = parsed;
  if (values['help']) return { positionals, values, json: false };
  const said = parsed.tokens.flatMap((t) => (t.kind === 'option' && t.name !== undefined ? [t.name] : []));
  const twice = said.find((name, at) => !options[name]?.multiple && said.indexOf(name) < at);
  if (twice !== undefined) throw new OffboardError('Usage', `--${twice} is said twice; say it once`, { next: [usageOf(command)] });
  const missing = command.positionals[positionals.length];
  if (missing) throw new OffboardError('Usage', `${missing} is missing`, { next: [usageOf(command)] });
  const names = [...command.positionals, ...(command.optional === undefined ? [] : [command.optional])];
  for (const [at, value] of positionals.entries()) {
    const argument = names[at] ?? command.more ?? 'an argument';
    if (value.trim() === '') throw new OffboardError('Usage', `${argument} is empty; write it`, { next: [usageOf(command)] });
    if (value.length > LONGEST)
      throw new OffboardError('Usage', `${argument} is longer than ${LONGEST} characters; write it shorter`, { next: [usageOf(command)] });
  }
  if (command.more === undefined && positionals.length > command.positionals.length + (command.optional === undefined ? 0 : 1)) {
    throw new OffboardError('Usage', command.surplus ?? `there is an argument too many for ${command.name}`, { next: [usageOf(command)] });
  }
  for (const [name, option] of Object.entries(command.options)) {
    if (option.needed && values[name] === undefined) throw new OffboardError('Usage', `--${name} is missing`, { next: [usageOf(command)] });
    const value = values[name];
    if (value === '' || (Array.isArray(value) && value.includes('')))
      throw new OffboardError('Usage', `--${name} is empty; give it a value, or leave it out`);
  }
  return { positionals, values, json: values['json'] === true };
}

/** The parser's own words without its advice: `Unknown option '--x'`. */
function misused({ message }: Error): string {
  const needsValue = /^Option '(-[^' ]+).*(argument missing|argument is ambiguous)/.exec(message);
  return needsValue ? `Option '${needsValue[1] ?? ''}' needs a value` : (message.split(/\.\s/)[0] ?? '');
}

/** What a command needs, in capitals what a person fills in; of several ways to say it the first. */
function usageOf(command: Command): NextStep {
  // Of a word that is one of several, such as `verify`, it depends what follows: most need it.
  const after = command.more !== undefined && command.positionals[0]?.includes('|') ? [command.more] : [];
  return step(command.name, ...[...wordsOf(command), ...after].map((word) => word.replace(/\|.*/, '')));
}

/** What a command needs, with all the ways to say it: `RUN --gate plan|collectors`. */
function wordsOf({ positionals, options }: Command): string[] {
  const needed = Object.entries(options).filter(([, o]) => o.needed);
  return [...positionals, ...needed.flatMap(([name, o]) => [`--${name}`, ...(o.value === undefined ? [] : [o.value])])];
}

export function helpOf(command: Command, program: string): string {
  const options = Object.entries(command.options).map(([name, o]) => `  ${`--${name} ${o.value ?? ''}`.padEnd(28)} ${o.help}`);
  return [
    [
      program,
      command.name,
      ...wordsOf(command),
      ...(command.optional === undefined ? [] : [`[${command.optional}]`]),
      ...(command.more === undefined ? [] : [`[${command.more}…]`]),
    ].join(' '),
    '',
    command.summary,
    '',
    ...options,
    `  ${'--json'.padEnd(28)} the answer as JSON`,
    '',
  ].join('\n');
}
