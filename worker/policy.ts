import { statSync } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { parsePolicy, type Policy } from '../model/policy.ts';
import { readText } from '../security/files.ts';

/** A policy, and when its file changed last. */
export interface ReadPolicy {
  policy: Policy;
  changedAt: Date;
}

/**
 * The policy of a file as it is now: read again once the file has changed. Throws OffboardError for one that cannot be taken. A call throws Error while that
 * is so of the changed file: an activity that asks is tried again, and nothing is done by a policy that was replaced.
 */
export function policyOf(file: string): () => ReadPolicy {
  const read = (stamp: Stamp) => ({ stamp, policy: parsePolicy(file, readText(file)), changedAt: new Date(stamp.changedMs) });
  let last = read(stampOf(file));
  return () => {
    const stamp = stampOf(file);
    if (stamp.text === last.stamp.text) return last;
    try {
      return (last = read(stamp));
    } catch (error) {
      throw new Error(`the worker's policy cannot be taken: ${messageOf(error)}`, { cause: error });
    }
  };
}

interface Stamp {
  /** Another one after each change. */
  text: string;
  changedMs: number;
}

/** A file that is not there is told by whoever reads it. */
function stampOf(file: string): Stamp {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return { text: `${stat?.ino} ${stat?.mtimeNs} ${stat?.size}`, changedMs: Number(stat?.mtimeMs ?? 0) };
}
