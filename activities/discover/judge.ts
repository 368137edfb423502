import { combine } from '../../model/guards/combine.ts';
import { mergeDefender } from '../../model/guards/defender.ts';
import type { Finding, Facts, DefenderUse, Match } from '../../model/finding.ts';
import { issuerOf, MEPM } from '../../model/footprint.ts';
import type { Manifest } from '../../model/manifest.ts';
import { each } from '../../model/selector.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemId, type SystemType } from '../../model/names.ts';
import type { Orders } from '../../model/order.ts';
import type { Excluded, KindCount } from '../../model/plan.ts';
import { actingAsOurs } from '../gcp/footprint/acting.ts';
import { namedById, settled } from '../aws/footprint/unique-ids.ts';
import type { Known, Told } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { breathe } from '../piecewise.ts';
import type { Read, Reading } from './read.ts';
import { shown, unseenId } from '../../model/shown.ts';
import { visible } from '../../model/visible.ts';
import { compare } from '../../model/removal-order.ts';
import { excludedIn, leftOutOf, unknownOf } from './walk.ts';

const ONBOARDED: readonly string[] = [...MEPM.awsAudiences, ...MEPM.gcpAudiences];

export interface Judged {
  match: Match;
  unknown: { system: SystemId; reason: string }[];
  /** What the manifest leaves out. */
  excluded: Excluded[];
  facts: Facts;
  /** How many things of each kind were looked at in each system. */
  kindCounts: KindCount[];
  /** The order of each cloud's removals. */
  orders: Orders;
}

/**
 * Pure judging over stored snapshots: first what each tells about others, then what in each is ours. `earlier` is what an earlier plan
 * knew: a role made after that plan names the OIDC role it trusts by an id that no snapshot explains once that role is gone.
 */
export async function judge(deps: Deps, manifest: Manifest, addresses: string[], earlier?: Facts): Promise<Judged> {
  return await judgeAll(deps, manifest, (await Promise.all(addresses.map((a) => deps.artifacts.get<Reading[]>(a)))).flat(), earlier);
}

/** The same of a part of the estate: nothing is said of what is not read yet. */
export async function judgeRead(deps: Deps, manifest: Manifest, addresses: string[], earlier?: Facts): Promise<Judged> {
  const readings = (await Promise.all(addresses.map((a) => deps.artifacts.get<Reading[]>(a)))).flat();
  return await judgeReadings(deps, manifest, readings, (r) => deps.artifacts.get(r.artifact), earlier);
}

/** The same, had what the manifest leaves out been asked for in vain. */
export async function judgeAsIfUnread(deps: Deps, manifest: Manifest, addresses: string[], earlier?: Facts): Promise<Judged> {
  const readings = (await Promise.all(addresses.map((a) => deps.artifacts.get<Reading[]>(a)))).flat();
  const asIf = readings.map((r): Reading => ('excluded' in r ? { system: r.system, unknown: r.excluded } : r));
  return await judgeAll(deps, manifest, asIf, earlier);
}

async function judgeAll(deps: Deps, manifest: Manifest, readings: Reading[], earlier?: Facts): Promise<Judged> {
  return await judgeReadings(deps, manifest, [...readings, ...unread(manifest, readings)], (r) => deps.artifacts.get(r.artifact), earlier);
}

/** Judges the systems of some readings alone; `snapshotOf` gives what a reading's artifact holds. Of those that are not `matched` facts alone are taken. */
export async function judgeReadings(
  deps: Pick<Deps, 'clouds'>,
  manifest: Manifest,
  readings: Reading[],
  snapshotOf: (reading: Read) => Promise<unknown>,
  earlier?: Facts,
  matched: (system: SystemId) => boolean = () => true,
): Promise<Judged> {
  const facts = await factsOf(deps, manifest, readings, snapshotOf, earlier);
  const match: Match = { findings: [], bystanders: leftOutOf(readings) };
  const kindCounts: KindCount[] = [];
  const strange: Reading[] = [];
  for (const reading of readings.filter((r) => 'artifact' in r)) {
    const { system } = reading;
    if (!matched(system)) continue;
    await breathe();
    const snapshot = await snapshotOf(reading);
    const found = deps.clouds[systemType(system)].kinds.map((kind) => ({ kind: kind.name, ...kind.match(snapshot, facts) }));
    const unseen = found.map(unseenId).find((id) => id !== undefined);
    // An answer with such an id is none of this cloud's.
    if (unseen !== undefined) {
      strange.push({ system, unknown: `it answered with an id that no cloud gives: ${visible(unseen)}` });
      continue;
    }
    for (const { kind, ...one } of found) {
      const { findings, bystanders, seen } = shown(one);
      match.findings.push(...findings);
      match.bystanders.push(...bystanders);
      if (seen !== undefined) kindCounts.push({ system, kind, seen });
    }
  }
  const odd = new Set(strange.map((r) => r.system));
  const known = [...readings.filter((r) => !odd.has(r.system)), ...strange];
  match.findings = eachOnce(match.findings);
  return { match, unknown: unknownOf(known), excluded: excludedIn(readings), facts, kindCounts, orders: ordersOf(deps) };
}

/**
 * Pure: what several systems show, as a grant on an account that pools of two projects may act as, is one finding: the surest one, with all that holds any of
 * them and all that they use and provide.
 */
export function eachOnce(findings: Finding[]): Finding[] {
  return [...Map.groupBy(findings, (f) => f.id).values()].flatMap((same) => {
    const surest = (f: Finding) => (f.confidence === 'certain' ? 0 : 1);
    const [first, ...others] = same.toSorted((a, b) => surest(a) - surest(b) || compare(a.system, b.system));
    if (!first || others.length === 0) return same;
    const holds = new Map(same.flatMap(({ hold }) => (hold ? [[`${hold.code} ${hold.reason}`, hold]] : [])));
    const all = (of: 'uses' | 'provides') => [...new Set(same.flatMap((f) => f[of]))].toSorted();
    return [{ ...first, uses: all('uses'), provides: all('provides'), ...combine(...holds.values()) }];
  });
}

/** Pure: the order of each cloud's removals. */
function ordersOf({ clouds }: Pick<Deps, 'clouds'>): Orders {
  return Object.fromEntries(Object.values(clouds).map(({ type, order }) => [type, order]));
}

/** A system of the manifest that no reading tells of would look as if nothing were there. */
function unread(manifest: Manifest, readings: Reading[]): Reading[] {
  const read = new Set(readings.map((r) => r.system));
  return systemsOf(manifest)
    .filter((system) => !read.has(system))
    .map((system) => ({ system, unknown: 'it was not read' }));
}

async function factsOf(
  deps: Pick<Deps, 'clouds'>,
  manifest: Manifest,
  readings: Reading[],
  snapshotOf: (reading: Read) => Promise<unknown>,
  earlier: Facts | undefined,
): Promise<Facts> {
  const { id: tenantId, cloud } = manifest.tenant;
  const issuer = issuerOf(tenantId, cloud);
  const namedAudiences = (manifest.entra.applications ?? []).filter((uri) => !ONBOARDED.includes(uri)).toSorted();
  const teller = (known: Known) => {
    const asked = [tenantId, issuer, JSON.stringify(known)].join(' ');
    return async (reading: Read): Promise<Told> => {
      await breathe();
      const { type, facts: factsIn } = deps.clouds[systemType(reading.system)];
      const told = toldBy(await snapshotOf(reading), asked, earlier, (snapshot) => factsIn(snapshot, tenantId, issuer, earlier, known));
      return type === 'aws' ? provingOthers(reading.system, manifest, told) : told;
    };
  };
  const [directories, others] = partition(
    readings.filter((r) => 'artifact' in r),
    (r) => systemType(r.system) === 'entra',
  );
  const facts: Told[] = [];
  // What the directory tells of the CIEM application decides whom others' conditions let in.
  const byDirectory = teller({ namedAudiences });
  for (const reading of directories) facts.push(await byDirectory(reading));
  const ciemPrincipalId = facts.findLast((f) => f.ciemPrincipalId !== undefined)?.ciemPrincipalId ?? earlier?.ciemPrincipalId;
  const ciemFormerIds = [...new Set([...facts.flatMap((f) => f.ciemFormerIds ?? []), ...(earlier?.ciemFormerIds ?? [])])].toSorted();
  const known = { namedAudiences, ...(ciemPrincipalId === undefined ? {} : { ciemPrincipalId }), ciemFormerIds };
  const byOthers = teller(known);
  for (const reading of others) facts.push(await byOthers(reading));
  // What follows looks through all that was told.
  await breathe();
  const notFormer = facts.flatMap((f) => f.notFormer ?? []);
  const azureOrphans = facts.flatMap((f) => f.azureOrphans ?? []).toSorted((a, b) => compare(a.scope, b.scope));
  const ciemUsedRecently = facts.findLast((f) => f.ciemUsedRecently !== undefined)?.ciemUsedRecently;
  // Of what an earlier plan knew only unique ids count: an ARN or a mail address may be a newcomer's by now.
  const oidcRoles = (earlier?.awsOidcRoles ?? []).filter((proof) => !proof.mark.startsWith('arn:'));
  const isUnread = (type: SystemType) => readings.some((r) => systemType(r.system) === type && 'unknown' in r);
  const read = new Set(readings.flatMap((r) => ('artifact' in r ? r.system : [])));
  // Of an account that is left out nothing is known: an id that no other explains may be alive there.
  const everyAccount =
    manifest.exclude?.accounts === undefined &&
    !isUnread('aws') &&
    systemsOf(manifest).every((s) => systemType(s) !== 'aws' || read.has(s));
  const awsById = namedById(facts, everyAccount, earlier?.awsById);
  // What is there is doubted as it stands today; what is gone, as it was.
  const proofs = new Map([...oidcRoles, ...facts.flatMap((f) => f.awsOidcRoles ?? [])].map((p) => [p.mark, p]));
  const accounts = new Map(facts.flatMap((f) => f.gcpServiceAccounts ?? []).map((a) => [a.uniqueId, a]));
  const onboarded = new Set(facts.flatMap((f) => f.gcpOnboarded ?? []));
  const gcpPools = facts.flatMap((f) => f.gcpPools ?? []).toSorted((a, b) => compare(a.name, b.name));
  const gcpActing = actingAsOurs(
    facts.flatMap((f) => f.gcpActing ?? []),
    { gcpServiceAccounts: [...accounts.values()], gcpPools },
  );
  const deploymentStacks = facts.flatMap((f) => f.deploymentStacks ?? []);
  const deploymentStacksUnlisted = facts.flatMap((f) => f.deploymentStacksUnlisted ?? []);
  const unseen = readings.map((r) => ('unknown' in r ? unseenDefender(r.system) : undefined));
  const use = mergeDefender([...unseen, ...facts.map((f) => f.defender)]);
  return {
    tenantId,
    issuer,
    ...(ciemPrincipalId === undefined ? {} : { ciemPrincipalId }),
    ...(ciemFormerIds.length > 0 ? { ciemFormerIds } : {}),
    ...(notFormer.length > 0 ? { notFormer } : {}),
    ...(azureOrphans.length > 0 ? { azureOrphans } : {}),
    ...(ciemUsedRecently === undefined ? {} : { ciemUsedRecently }),
    awsOidcRoles: [...proofs.values()].map((p) => settled(p, { awsById })).toSorted((a, b) => compare(a.mark, b.mark)),
    ...(namedAudiences.length > 0 ? { namedAudiences } : {}),
    ...(awsById.length > 0 ? { awsById } : {}),
    gcpServiceAccounts: [...accounts.values()],
    // Of all that have such a role only what may be ours matters.
    gcpOnboarded: [...onboarded].filter((email) => [...accounts.values()].some((a) => a.email === email)).toSorted(),
    gcpPools,
    ...(gcpActing.length > 0 ? { gcpActing } : {}),
    // The role of an account that nobody could read, too.
    ourselves: [...(manifest.aws ? [manifest.aws.assumeRole] : []), ...[...new Set(facts.flatMap((f) => f.ourselves ?? []))].toSorted()],
    ...(use ? { defender: use } : {}),
    ...(deploymentStacks.length > 0 ? { deploymentStacks: deploymentStacks.toSorted((a, b) => compare(a.id, b.id)) } : {}),
    ...(deploymentStacksUnlisted.length > 0 ? { deploymentStacksUnlisted: deploymentStacksUnlisted.toSorted() } : {}),
  };
}

/** What a snapshot told last, and to whom: the second look asks those of one step again and again. */
const told = new WeakMap<object, { asked: string; earlier: Facts | undefined; told: Told }>();

function toldBy(snapshot: unknown, asked: string, earlier: Facts | undefined, tell: (snapshot: unknown) => Told): Told {
  const key = snapshot as object;
  const before = told.get(key);
  if (before?.asked === asked && before.earlier === earlier) return before.told;
  const now = { asked, earlier, told: tell(snapshot) };
  told.set(key, now);
  return now.told;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [first: T[], rest: T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/** Where the manifest names the accounts of the OIDC roles, one of another account leaves doubt of whatever trusts it. */
function provingOthers(system: SystemId, { aws }: Manifest, told: Told): Told {
  const named = each(aws?.oidcAccount).map((account) => `aws:${account}`);
  if (!told.awsOidcRoles || named.length === 0 || named.includes(system)) return told;
  const doubt = `an OIDC role of ${system}, which aws.oidcAccount of the manifest does not name`;
  return {
    ...told,
    awsOidcRoles: told.awsOidcRoles.map((proof) => ({ mark: proof.mark, doubt, ...(proof.nameOnly ? { nameOnly: true } : {}) })),
  };
}

/** A subscription that could not be read may have Defender's CIEM on, and so may those behind a branch that could not be walked. */
function unseenDefender(system: SystemId): DefenderUse | undefined {
  const hasNone = system === 'azure:/' || system.startsWith('azure:/providers/');
  if (systemType(system) !== 'azure' || hasNone) return undefined;
  return { state: 'unknown', why: [`${system} could not be read, so nobody knows whether Defender's CIEM is on there`] };
}
