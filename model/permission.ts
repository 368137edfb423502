/** What the worker's rights are for. Whoever removes, restores or quarantines discovers, too. */
export const USES = ['discover', 'remove', 'restore', 'quarantine'] as const;
export type Use = (typeof USES)[number];

/** One call that the code makes, and what the worker must be allowed for it. */
export interface Permission {
  /** The operation as its cloud names it. */
  call: string;
  /** All of these; none where everybody may. */
  needs: readonly string[];
  uses: readonly Use[];
  /** On what it is needed, in the words of its cloud's table. */
  on: string;
  /** What is not known, or not done, without it; absent where no run can do without. */
  without?: string;
  /** Where the vendor says so. */
  source: string;
}

/** Pure: the permissions that a use needs of its own, sorted, each once. Those with a `without` are among them. */
export function neededFor(use: Use, table: readonly Permission[]): string[] {
  return [...new Set(table.filter((p) => p.uses.includes(use)).flatMap((p) => p.needs))].toSorted();
}
