import type { Json } from '../../../../model/finding.ts';
import { allowing, field, strings } from '../../footprint/trust.ts';
import { matchesWildcard } from '../../../../model/wildcard.ts';
import type { AccountPolicies, Survey } from '../../kind.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { classify } from '../../wire/classify.ts';
import type { NamedSecret, SecretState, UnseenSecret } from './definition.ts';
import { readSecret } from './read.ts';

/** The secrets that policies of roles which can concern us name, each with who else names it. One that is gone is left out. */
export const survey: Survey = async (api, policies) => {
  const concerned = new Set(policies.roles.flatMap((r) => [r.RoleName, ...r.AttachedPolicies]));
  const named = policies.documents.filter((d) => concerned.has(d.holder)).flatMap((d) => secretsNamedIn(d.document));
  const found: NamedSecret[] = [];
  for (const arn of [...new Set(named)].filter((a) => a.split(':')[4] === api.account).toSorted()) {
    const looked = await lookAt(api, arn);
    if (looked) found.push({ secret: looked.secret, used: policies.recently(looked.usedAt) ?? null, ...whoNames(arn, policies) });
  }
  return { read: found as unknown as Json, tags: found.map((f) => f.secret.Tags) };
};

/** A secret that nobody lets us look at is ours all the same: that is told, never left out. */
async function lookAt(
  api: AwsAccountApi,
  arn: string,
): Promise<{ secret: SecretState | UnseenSecret; usedAt: Date | undefined } | undefined> {
  try {
    return await readSecret(api, arn);
  } catch (error) {
    const failure = classify(error);
    if (failure.kind !== 'blocked') throw error;
    return { secret: { Arn: arn, Unseen: failure.message, Tags: {} }, usedAt: undefined };
  }
}

function whoNames(arn: string, { documents }: AccountPolicies): Omit<NamedSecret, 'secret' | 'used'> {
  const exactly = documents.filter((d) => secretsNamedIn(d.document).includes(arn));
  const loosely = documents.filter((d) => mayMatch(d.document, arn));
  const ids = (of: 'role' | 'policy') => [...new Set(exactly.filter((d) => d.of === of).map((d) => d.holder))].toSorted();
  return {
    namedByRoles: ids('role'),
    namedByPolicies: ids('policy'),
    matchedBy: [...new Set(loosely.map((d) => `${d.of} ${d.holder}`))].toSorted(),
  };
}

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
