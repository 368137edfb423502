import type { ErrorCode } from '../../../model/errors.ts';
import type { SqliteDatabase } from './database.ts';

/** What the thread of the database can be asked. */
export type Operation = {
  [K in keyof SqliteDatabase]: SqliteDatabase[K] extends (...values: never[]) => unknown ? K : never;
}[keyof SqliteDatabase];

export interface Call {
  id: number;
  operation: Operation;
  values: unknown[];
}

export type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: { name: string; message: string; stack: string | undefined; mend?: string; code?: ErrorCode } };
