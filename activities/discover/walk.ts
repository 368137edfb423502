import { exclusionOf } from '../../model/exclusion.ts';
import type { Excluded } from '../../model/plan.ts';
import type { Manifest } from '../../model/manifest.ts';
import { withSystems } from '../../model/manifest-systems.ts';
import { nativeId, type SystemId, type SystemType } from '../../model/names.ts';
import { visible } from '../../model/visible.ts';
import type { Deps } from '../deps.ts';
import { failedToSignIn, failureMessage, fault } from '../failures.ts';
import type { Walked } from '../cloud.ts';
import { lookInCloud } from '../look/look.ts';
import { earlyLooks, readingBatches, type Reading } from './read.ts';

export interface WalkInput {
  run: string;
  /** Address of the manifest as it was written. */
  manifest: string;
}

export interface WalkResult {
  /** Address of the manifest with a list in place of each `all`: what everything after works with. */
  manifest: string;
  /** Labels of the reading batches, by index. */
  batches: string[];
  /** After how many of them the breaker is asked; and how many systems they hold in all. */
  looks: number[];
  systems: number;
  /** Address of the Reading[] of what the walk left out or could not list. */
  readings: string;
  /** Address of the Described[] of what the walk tells of systems beside their ids. */
  described: string;
}

/**
 * Writes out what each `all` of the manifest stands for: the organisation's accounts, all subscriptions and management groups, the
 * folders and projects below an organisation. What cannot be listed is `unknown`, as if a system could not be read.
 */
export async function walk(deps: Deps, input: WalkInput): Promise<WalkResult> {
  let rooted = await deps.artifacts.get<Manifest>(input.manifest);
  const walked: Walked[] = [];
  for (const type of walkedTypes(rooted)) {
    const found = await walkAll(deps, rooted, type);
    rooted = found.manifest;
    walked.push(found.walked);
  }
  const manifest = withSystems(
    rooted,
    walked.flatMap((w) => w.systems),
  );
  const readings: Reading[] = walked.flatMap((w) => [
    ...w.unknown.map(({ system, reason }) => ({ system, unknown: visible(reason) })),
    ...w.leftOut.map(({ system, reason }) => ({ system, leftOut: visible(reason) })),
    ...(w.excluded ?? []).map(({ system, rule }) => ({ system, excluded: rule })),
  ]);
  const batches = readingBatches(manifest);
  return {
    manifest: await deps.artifacts.put(input.run, manifest),
    batches: batches.map((b) => b.label),
    looks: earlyLooks(batches),
    systems: batches.reduce((sum, b) => sum + b.systems.length, 0),
    readings: await deps.artifacts.put(input.run, readings),
    described: await deps.artifacts.put(
      input.run,
      walked.flatMap((w) => w.described ?? []).map((d) => (d.name === undefined ? d : { ...d, name: visible(d.name) })),
    ),
  };
}

/** What `all` stands for in one cloud, without what the manifest leaves out; and the manifest with its root. */
export async function walkAll(deps: Deps, written: Manifest, type: SystemType): Promise<{ manifest: Manifest; walked: Walked }> {
  const { manifest, walked } = await walkCloud(deps, written, type);
  return { manifest, walked: withoutExcluded(manifest, walked) };
}

/** Pure: what a walk tells without what the manifest leaves out. */
function withoutExcluded(manifest: Manifest, walked: Walked): Walked {
  const told = [...walked.systems, ...[...walked.leftOut, ...walked.unknown].map((w) => w.system)];
  const excluded = [
    ...(walked.excluded ?? []),
    ...told.flatMap((system) => {
      const exclusion = exclusionOf(manifest, system);
      return exclusion ? [{ system, rule: exclusion.rule }] : [];
    }),
  ];
  const out = new Set(excluded.map((e) => e.system));
  const rest = <T extends { system: SystemId }>(all: T[]) => all.filter((one) => !out.has(one.system));
  const once = [...new Map(excluded.map((e) => [e.system, e])).values()];
  return {
    ...walked,
    systems: walked.systems.filter((s) => !out.has(s)),
    leftOut: rest(walked.leftOut),
    unknown: rest(walked.unknown),
    excluded: once,
  };
}

/** Pure: the clouds in which the manifest says `all`. */
export function walkedTypes({ aws, azure, gcp }: Manifest): SystemType[] {
  return [
    ...(aws?.members === 'all' ? (['aws'] as const) : []),
    ...(azure?.subscriptions === 'all' || azure?.managementGroups === 'all' ? (['azure'] as const) : []),
    ...(gcp?.projects === 'all' || gcp?.folders === 'all' ? (['gcp'] as const) : []),
  ];
}

async function walkCloud(deps: Deps, manifest: Manifest, type: SystemType): Promise<{ manifest: Manifest; walked: Walked }> {
  let rooted = manifest;
  const answer = await lookInCloud(deps, manifest, type, async (cloud) => {
    if (!cloud.walk) throw fault(`${type} cannot be walked`);
    rooted = (await cloud.root?.({ manifest })) ?? manifest;
    return await cloud.walk({ manifest: rooted });
  });
  if (answer.ok) return { manifest: rooted, walked: answer.value };
  const { system, mend } = unlisted(rooted, type);
  const reason = `cannot be walked: ${failureMessage(answer.failure)}${failedToSignIn(answer.failure) ? '; mend that' : mend}`;
  return { manifest: rooted, walked: { systems: [], leftOut: [], unknown: [{ system, reason }] } };
}

/** What stands for all that was not listed, and what else a person can do where not even its root is known. */
function unlisted({ aws, gcp }: Manifest, type: SystemType): { system: SystemId; mend: string } {
  const orLeaveOut = (option: string) => `; mend that, name it with --${option}, or say --without ${type}`;
  if (type === 'aws') {
    if (aws?.managementAccount !== undefined) return { system: `aws:organization of ${aws.managementAccount}`, mend: '' };
    return { system: "aws:organization of the worker's account", mend: orLeaveOut('aws-management-account') };
  }
  if (type !== 'gcp') return { system: `${type}:all`, mend: '' };
  if (gcp?.organization !== undefined) return { system: `gcp:below organizations/${gcp.organization}`, mend: '' };
  return { system: 'gcp:all that the worker can see', mend: orLeaveOut('gcp-organization') };
}

/** Pure: what the walk reports of a system that is left out. */
export function leftOutOf(readings: Reading[]): { system: SystemId; id: string; why: string; uses: string[] }[] {
  return readings.flatMap((r) => ('leftOut' in r ? [{ system: r.system, id: nativeId(r.system), why: r.leftOut, uses: [] }] : []));
}

/** Pure: what the manifest leaves out. */
export function excludedIn(readings: Reading[]): Excluded[] {
  return readings.flatMap((r) => ('excluded' in r ? [{ system: r.system, rule: r.excluded }] : []));
}

/** Pure: the systems nothing is known about, each once. */
export function unknownOf(readings: Reading[]): { system: SystemId; reason: string }[] {
  const all = readings.flatMap((r) => ('unknown' in r ? [{ system: r.system, reason: r.unknown }] : []));
  return [...Map.groupBy(all, (u) => u.system)].map(([system, reasons]) => ({ system, reason: reasons.map((r) => r.reason).join('; ') }));
}
