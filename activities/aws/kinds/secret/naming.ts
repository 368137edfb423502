import type { Json } from '../../../../model/finding.ts';
import { allowing, field, strings } from '../../footprint/trust.ts';
import { matchesWildcard } from '../../footprint/wildcard.ts';

/** The ARN of one secret: no wildcard, and no name alone. */
const SECRET = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[^*?]+$/;

/** Pure: ARNs of the secrets that a policy document names one by one. */
export function secretsNamedIn(document: Json): string[] {
  const resources = allowing(document).flatMap((statement) => strings(field(statement, 'Resource')));
  return resources.filter((resource) => SECRET.test(resource));
}

/** Pure: whether a document lets its holder at a secret by a pattern: one for secrets, or any for an action of Secrets Manager by name. */
export function mayMatch(document: Json, arn: string): boolean {
  return allowing(document).some((statement) => {
    const patterns = strings(field(statement, 'Resource')).filter((r) => r !== arn && matchesWildcard(r, arn));
    const forSecrets = strings(field(statement, 'Action')).some((a) => /^secretsmanager:/i.test(a));
    return patterns.some((r) => forSecrets || r.includes(':secretsmanager:'));
  });
}
