import type { Finding, Match } from '../../../model/finding.ts';

/** Pure: findings with the identities they stand for: the service account and the pool that each is, needs or serves, or the provider it is. */
export function withIdentities(match: Match): Match {
  return { ...match, findings: match.findings.map((finding) => ({ ...finding, standsFor: identitiesOf(finding) })) };
}

function identitiesOf({ id, kind, uses, provides }: Finding): string[] {
  const tied = [...uses, ...provides].flatMap((token) => /^gcp:(?:service-account|pool):(.+)$/.exec(token)?.[1] ?? []);
  return [...tied, ...(kind === 'gcp-provider' ? [id.slice(kind.length + 1)] : [])];
}
