import { OffboardError } from '../../model/errors.ts';

/** The values of a command's options: text, true for switches, a list for what may be said more than once. */
export type Values = Record<string, string | boolean | string[] | undefined>;

/** A text option that was given, or that `parse` has made sure of. */
export function text(values: Values, name: string): string {
  return optional(values, name) ?? '';
}

export function optional(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? copied(value) : undefined;
}

/** A text option that names several, apart by commas. */
export function list(values: Values, name: string): string[] | undefined {
  return optional(values, name)
    ?.split(',')
    .map((v) => v.trim());
}

/** An option that is a whole number from 0 on, in digits alone: NaN for whatever else was said. */
export function whole(values: Values, name: string): number | undefined {
  const said = optional(values, name);
  return said === undefined ? undefined : /^\d{1,9}$/.test(said) ? Number(said) : Number.NaN;
}

/** The values of an option that may be said more than once. */
export function several(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.map(copied) : [];
}

/** As it was meant: in the Temporal UI long names have places where a line may break, unseen, which come along when they are copied. */
function copied(value: string): string {
  return value.replaceAll('\u200b', '');
}

/** One of the ways to print, the first by default; `--json` is short for `--format json`. Throws Usage. */
export function formatOf<F extends string>(values: Values, json: boolean, formats: readonly [F, ...F[]]): F {
  const said = values['format'];
  if (json && said !== undefined && said !== 'json')
    throw new OffboardError('Usage', `--json: contradicts --format ${String(said)}; leave one of the two out`);
  const asked = json ? 'json' : said;
  const format = asked === undefined ? formats[0] : formats.find((f) => f === asked);
  if (format !== undefined) return format;
  throw new OffboardError('Usage', `--format: ${String(asked)} is no format; write ${formats.join(', ').replace(/, (?=\w+$)/, ' or ')}`);
}

export const BY = {
  by: { type: 'string' as const, value: 'NAME', help: 'who you are, as the manifest and the policy name you (or OFFBOARD_USER)' },
  'sign-with': {
    type: 'string' as const,
    value: 'FILE',
    help: 'your SSH key, private or public, where the worker takes only what is signed (or OFFBOARD_SSH_KEY)',
  },
  'sign-in': {
    type: 'boolean' as const,
    help: 'sign in with Entra ID for what you say, where the worker takes only that (or OFFBOARD_SIGN_IN=1)',
  },
};

export const TICKET = {
  ticket: { type: 'string' as const, value: 'NUMBER', help: "the change's number, where the worker's policy demands one" },
};

export function ticketOf(values: Values): { ticket?: string } {
  return typeof values['ticket'] === 'string' ? { ticket: values['ticket'] } : {};
}

/** Who types: --by, else OFFBOARD_USER. Throws Usage. */
export function personOf(values: Values, { env }: { env: NodeJS.ProcessEnv }): string {
  const by = values['by'] ?? env['OFFBOARD_USER'];
  if (typeof by !== 'string' || by === '') throw new OffboardError('Usage', '--by is missing; say who you are, or set OFFBOARD_USER');
  return by;
}
