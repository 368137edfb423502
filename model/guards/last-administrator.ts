import type { Hold } from '../finding.ts';

/** The guard of the last administrator of a scope in Azure: ARM refuses the deletion with this code. `words`: its own. */
export function lastAdministrator(code: string, words: string): Hold | undefined {
  if (code !== 'CannotDeleteLastRbacAdminAssignment') return undefined;
  const reason = `${words}; it is the last administrator of its scope; assign another Owner, then retry`;
  return { code: 'CannotDeleteLastRbacAdminAssignment', reason };
}
