import { OffboardError } from '../../model/errors.ts';
import type { Io } from './command.ts';
import type { Values } from './values.ts';

export const BY = {
  by: { type: 'string' as const, value: 'NAME', help: 'who you are, as the manifest and the policy name you (or OFFBOARD_USER)' },
};

export const TICKET = {
  ticket: { type: 'string' as const, value: 'NUMBER', help: "the change's number, where the worker's policy demands one" },
};

/** The ticket as a message carries it. */
export function ticketOf(values: Values): { ticket?: string } {
  return typeof values['ticket'] === 'string' ? { ticket: values['ticket'] } : {};
}

/** Who types: --by, else OFFBOARD_USER. Throws Usage. */
export function personOf(values: Values, io: Io): string {
  const by = values['by'] ?? io.env['OFFBOARD_USER'];
  if (typeof by !== 'string' || by === '') throw new OffboardError('Usage', '--by is missing; say who you are, or set OFFBOARD_USER');
  return by;
}
