import type { Json } from '../../../model/finding.ts';
import { quote } from '../../../model/quote.ts';
import { command } from '../../../model/shell.ts';

/** A call of IAM. */
export function iam(...words: string[]): string {
  return command('aws', 'iam', ...words);
}

/** One that finds what it takes away gone already. */
export function gone(...words: string[]): string {
  return `aws_unless_gone ${iam(...words)}`;
}

/** Makes what is not there; what is there must be just that: the query over it is true. */
export function make(query: string, look: string[], words: string[]): string {
  return `aws_make ${quote(query)} ${iam(...look)} -- ${iam(...words)}`;
}

/** A value as an option. Names may begin with a hyphen. */
export function option(name: string, value: string): string[] {
  return value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** All of a call as one JSON word: the CLI takes no part of it for a file or an address to load. */
export function json(call: object): string[] {
  return ['--cli-input-json', JSON.stringify(call)];
}

/** JMESPath that is true where an expression gives this very value. */
export function isSame(expression: string, value: Json): string {
  return `${expression} == \`${JSON.stringify(value).replaceAll('`', '\\`')}\``;
}
