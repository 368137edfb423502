/** A run that another took over from, and why its Temporal could not be asked, where it could not. */
export interface Adopted {
  run: string;
  oldTemporalGone?: string;
}

/** Pure: whose doings become this run's, and what nobody could make sure of. */
export function adoptionWords({ run, oldTemporalGone }: Adopted): string {
  const unasked =
    oldTemporalGone === undefined ? '' : `; whether it still runs could not be asked, since its Temporal is gone: ${oldTemporalGone}`;
  return `takes over from ${run}: what that began and removed becomes this run's, what was decided there does not${unasked}`;
}

/** Pure: what is not known since a run's records are damaged. */
export function damagedWords(run: string): string {
  return `the records of ${run} are damaged: what it removed is not put back in mind, and what it left is not carried over; put a backup of the records back first`;
}
