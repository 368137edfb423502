import type { Calls } from '../../sandbox/calls.ts';

/** What one of the ways took: `seconds` by the clock, CPU seconds of whoever asks and of moto, calls by service and operation. */
export interface Took {
  seconds: number;
  clientCpu: number;
  serverCpu: number;
  calls: Calls;
  /** The most calls that were under way at once. */
  most: number;
}
