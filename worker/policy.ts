import { statSync } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { parsePolicy, type Policy } from '../model/policy.ts';
import { readText } from '../security/files.ts';

/**
 * The policy of a file as it is now: read again once the file has changed. Throws OffboardError for one that cannot be taken. A call throws Error while that
 * is so of the changed file: an activity that asks is tried again, and nothing is done by a policy that was replaced.
 */
export function policyOf(file: string): () => Policy {
  let stamp = stampOf(file);
  let policy = parsePolicy(file, readText(file));
  return () => {
    const now = stampOf(file);
    if (now === stamp) return policy;
    try {
      policy = parsePolicy(file, readText(file));
    } catch (error) {
      throw new Error(`the worker's policy cannot be taken: ${messageOf(error)}`, { cause: error });
    }
    stamp = now;
    return policy;
  };
}

/** What changes with each change of a file; a file that is not there is told by whoever reads it. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return `${stat?.ino} ${stat?.mtimeNs} ${stat?.size}`;
}
