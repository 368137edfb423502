import type { Policy } from './snapshot.ts';
import type { PolicyApi } from './wire/policies.ts';
import { RefusedError } from '../refused-error.ts';

/** The policy of a resource that must be there. Throws RefusedError 'NotFound' where it is not: a system that is not found is not an empty one. */
export async function policyOf(api: Pick<PolicyApi, 'getPolicy'>, resource: string): Promise<Policy> {
  const policy = await api.getPolicy(resource);
  if (policy === undefined) throw new RefusedError('NotFound', `${resource} was not found`);
  return policy;
}
