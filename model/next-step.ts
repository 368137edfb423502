import { quote } from './shell.ts';

/** What a person may do next, as data: whoever shows it spells it in the words of the program that the person has. */
export interface NextStep {
  /** A command of the CLI, such as `approve`. */
  command: string;
  /** Its words: the run first, then options and their values; what a person fills in stands in capitals (`NAME`, `TEXT`). */
  args: string[];
}

/** Pure: a step as a line to type. `program` is how the CLI is called here. */
export function spell({ command, args }: NextStep, program = 'offboard'): string {
  return [program, command, ...args.map(quote)].join(' ');
}
