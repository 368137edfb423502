import type { EstateObjectSchema } from '../../sandbox/objects.ts';
import type { z } from 'zod';

/** What all parts of the hostile estate share. Everything is counted, nothing random: the same file every time. */
export type EstateInput = z.input<typeof EstateObjectSchema>;
type Kind = EstateInput['kind'];
type Fields<K extends Kind> = Omit<Extract<EstateInput, { kind: K }>, 'kind' | 'ours'>;

export const TENANT = '6d0f4b2a-93c1-4e57-8a2d-1b7c5e9f3a60';
/** A merged company's tenant, which onboarded to Permissions Management itself. */
export const OTHER_TENANT = '3c9e7a50-12bd-4f68-a1c7-5e6d7f809a1b';
export const CIEM_APP = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';
export const ENTRY_ROLE = 'offboarding-entry';
export const DANA = 'dana.otp@northwind.example';

export function ours<K extends Kind>(kind: K, fields: Fields<K>): EstateInput {
  return { kind, ours: true, ...fields } as unknown as EstateInput;
}

export function others<K extends Kind>(kind: K, fields: Fields<K>): EstateInput {
  return { kind, ours: false, ...fields } as unknown as EstateInput;
}

/** The GUID of a counted thing; `family` keeps kinds apart. */
export function guid(family: number, n: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex(0xa1000000 + family, 8)}-${hex(n, 4)}-4${hex(family % 4096, 3)}-8${hex(n % 4096, 3)}-${hex(family * 65_536 + n, 12)}`;
}

/** `make(0)` … `make(count - 1)`. */
export function times<T>(count: number, make: (n: number) => T | T[]): T[] {
  return Array.from({ length: count }, (_, n) => make(n)).flat() as T[];
}

/** Object ids of the principals that several clouds speak of. */
export const PRINCIPALS = {
  ciem: guid(1, 1),
  worker: guid(1, 2),
  /** One digit away from the CIEM principal's. */
  nearCiem: guid(1, 3),
  entitlementManagement: guid(1, 4),
  defender: guid(1, 5),
  group: guid(1, 6),
  dana: guid(2, 0),
} as const;
