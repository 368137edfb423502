import type { SystemId } from '../../model/names.ts';

/** One system as a reading found it, and whose its things are, by the ids their findings must have. */
export interface Part {
  system: SystemId;
  snapshot: unknown;
  /** Proven by an invariant. */
  ours: string[];
  /** Ours perhaps: nothing proves it. */
  doubtful: string[];
  /** Ours, but owned by something else, or used lately: a guard holds it, with this code. */
  held?: Record<string, string>;
}
