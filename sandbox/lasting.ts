/**
 * Pure: an object in the form in which one that was made again equals the one before. Lists of names are sets to the clouds and come in any
 * order; when something was last used does not outlive it, nor do the marks of the stack it came from, nor that stack's own id: only CloudFormation sets these.
 */
export function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.every((v) => typeof v === 'string') ? value.toSorted() : value.map(lasting);
  if (typeof value !== 'object' || value === null) return value;
  const passing = (name: string) =>
    name === 'lastUsed' || name === 'lastAuthenticated' || name === 'stackId' || name.startsWith('aws:cloudformation:');
  const fields = Object.entries(value).filter(([name]) => !passing(name));
  return Object.fromEntries(fields.map(([name, inner]) => [name, lasting(inner)]));
}
