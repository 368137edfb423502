import { OffboardError } from '../../model/errors.ts';

/** Throws EvidenceBroken: the first thing that is not as it was. */
export function broken(what: string): never {
  throw new OffboardError('EvidenceBroken', `${what}; this evidence was changed or is incomplete`);
}
