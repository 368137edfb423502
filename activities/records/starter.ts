import type { Ledger } from '../../model/ledger.ts';
import type { Said } from '../../model/statement/proof.ts';

/** Whoever started a run, with what proves it. */
export function starterOf({ startedBy = '', startProof }: Ledger): Said {
  return { by: startedBy, ...(startProof ? { proof: startProof } : {}) };
}
