import type { SystemId, SystemType } from './names.ts';
import type { Use } from './permission.ts';

/** What a worker is asked to examine. `manifest`: as it was written; absent where nobody has written one. */
export interface ExamineInput {
  manifest?: unknown;
  uses: Use[];
}

/** A permission that is missing, or of which nobody knows, on systems of one cloud. */
export interface Lack {
  use: Use;
  permission: string;
  state: 'missing' | 'not known';
  /** The first of them, and how many there are. */
  systems: SystemId[];
  of: number;
  /** What is not known, or not done, without it; absent where no run can do without. */
  without?: string;
  /** Why it is not known. */
  reason?: string;
}

/** What may be given for a use, ready to paste. */
export interface Grant {
  use: Use;
  /** What to do with `text`. */
  how: string;
  text: string;
}

/** What a worker may do in one cloud. */
export interface CloudExam {
  cloud: SystemType;
  /** Whom the cloud takes the worker for; each once. */
  who: string[];
  /** Systems that answered, of how many. */
  answered: number;
  of: number;
  /** How many permissions were asked for, by use. */
  asked: Partial<Record<Use, number>>;
  lacks: Lack[];
  /** What could not be asked at all. */
  troubles: { system: string; reason: string }[];
  grants: Grant[];
}

/** Told, or why not. */
export type Told<T> = ({ ok: true } & T) | { ok: false; reason: string };

/** What a worker tells of itself and of the clouds. */
export interface WorkerExam {
  clouds: CloudExam[];
  /** Absent where no collector of the manifest is driven through it. */
  portal?: Told<{ collectors: number }>;
  records: Told<{ where: string; engine: 'SQLite' | 'PostgreSQL'; schema: number }>;
  policy: Told<{ identity: string; approvers: number }>;
  /** By the worker's own clock and by Temporal's, in ms since the epoch. The second is a little earlier: it began to wait then. */
  clock: { worker: number; temporal: number };
  /** Variables of the way out, without passwords; what is not set is not here. */
  proxy: Record<string, string>;
}
