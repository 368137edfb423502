import type { Anchors, Finding, Match, Sighting } from '../../../model/finding.ts';
import type { GcpSnapshot } from '../snapshot.ts';

/**
 * What this worker's own credentials stand on is never removed: its service account with everything that account holds or is held by,
 * its pool, and its provider. Such findings become sightings, which no override lifts. Pure.
 */
export function leaveOurselves(match: Match, snapshot: GcpSnapshot, anchors: Anchors): Match {
  const ourselves = new Set([...snapshot.ourselves, ...(anchors.ourselves ?? [])]);
  if (ourselves.size === 0) return match;
  const own = (finding: Finding) => [...ourselves].find((name) => standsFor(finding, name));
  const sightings = match.findings.flatMap((finding): Sighting[] => {
    const name = own(finding);
    if (name === undefined) return [];
    return [{ system: finding.system, id: finding.id, why: `this worker runs under ${name}: ${finding.title}`, uses: finding.uses }];
  });
  return { ...match, findings: match.findings.filter((f) => own(f) === undefined), sightings: [...match.sightings, ...sightings] };
}

function standsFor({ id, kind, uses, provides }: Finding, name: string): boolean {
  if (id === `${kind}:${name}`) return true;
  return [...uses, ...provides].some((token) => token === `gcp:service-account:${name}` || token === `gcp:pool:${name}`);
}
