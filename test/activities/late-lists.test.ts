import { afterAll, expect, test } from 'vitest';
import type { AnyCloud, Told } from '../../activities/cloud.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemType } from '../../model/names.ts';
import type { EstateObject, EstateObjectKind } from '../../sandbox/objects.ts';
import { applyTogether } from '../../activities/apply/engine.ts';
import { RESTORE } from '../../activities/apply/operations/restore.ts';
import { emptyLedger } from '../../model/ledger.ts';
import { allClouds } from '../../worker/clouds.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';
import { defaultManifest, FACTS, planned } from './planned.ts';

/** One for all who wait as long: a sign-in is kept for the whole process. */
const byLag = new Map<number | 'soon', Promise<SandboxHere>>();
afterAll(async () => {
  for (const one of byLag.values()) await (await one).stop();
});

const manifest = defaultManifest();
const context = { manifest: { ...manifest, waits: { ...manifest.waits, settle: 100 } }, ciemPrincipalId: FACTS.ciemPrincipalId ?? '' };

const HOUR = 3_600_000;
/** Less than it takes until a thing is looked for once more. */
const SOON = 80;

/** All of the estate that lies in one cloud, and what of it is found. */
function readerOf(cloud: AnyCloud) {
  const systems = systemsOf(manifest).filter((s) => systemType(s) === cloud.type);
  const readAll = () =>
    Promise.all(
      systems.map(async (s) => {
        const api: unknown = await cloud.connect(s, context);
        return { system: s, api, snapshot: (await cloud.read(api, s, context)) as unknown };
      }),
    );
  const findings = async () => {
    const read = await readAll();
    const told: Told[] = read.map((r) => cloud.facts(r.snapshot, FACTS.tenantId, FACTS.issuer));
    const facts = {
      ...FACTS,
      awsOidcRoles: told.flatMap((t) => t.awsOidcRoles ?? []),
      gcpServiceAccounts: told.flatMap((t) => t.gcpServiceAccounts ?? []),
    };
    const found = read.flatMap((r) =>
      cloud.kinds.flatMap((kind) => kind.match(r.snapshot, facts).findings.map((f) => ({ f, kind, api: r.api }))),
    );
    return found.toSorted((a, b) => cloud.order.indexOf(a.f.stage) - cloud.order.indexOf(b.f.stage));
  };
  return { systems, readAll, findings };
}

/** Google refuses a deleted account that is listed just as one that may not be seen: that cannot be told apart for ever. */
test.each([
  ['aws', HOUR],
  ['azure', HOUR],
  ['entra', HOUR],
  ['gcp', 130],
] as const)('%s can be read whole while its lists show what single reads do not find any more', async (type, list) => {
  const started = byLag.get(list) ?? sandboxHere({ linger: { list } });
  byLag.set(list, started);
  await started;
  const cloud: AnyCloud = allClouds()[type];
  const { systems, readAll, findings } = readerOf(cloud);
  const found = await findings();
  expect(found.length).toBeGreaterThan(0);
  const failed: string[] = [];
  for (const { f, kind, api } of found)
    await kind.remove(api, [planned(f)]).catch((error: unknown) => failed.push(`${f.id}: ${String(error)}`));
  // What is locked stays.
  expect(failed.filter((why) => !/lock/i.test(why))).toEqual([]);
  await expect(readAll()).resolves.toHaveLength(systems.length);
});

/** What each cloud looks at by itself once it is listed. */
const LISTED: Partial<Record<SystemType, EstateObjectKind[]>> = {
  aws: ['aws-role', 'aws-policy', 'aws-oidc-provider'],
  entra: ['entra-application'],
  gcp: ['gcp-service-account', 'gcp-custom-role'],
};

test.each(Object.entries(LISTED))('%s can be read whole while single reads do not find yet what its lists show', async (name, kinds) => {
  const type = name as SystemType;
  const started = byLag.get('soon') ?? sandboxHere({ linger: { newGet: SOON } });
  byLag.set('soon', started);
  const { store } = await started;
  const { findings } = readerOf(allClouds()[type]);
  const ids = async () => (await findings()).map(({ f }) => f.id);
  const before = await ids();
  for (const object of kinds.flatMap((kind): EstateObject[] => store.list(kind))) {
    store.remove(object, new Date());
    store.put(object);
  }
  expect(before.length).toBeGreaterThan(0);
  expect(await ids()).toEqual(before);
});

test.each(['aws', 'azure', 'entra', 'gcp'] as const)(
  '%s: what a restore made, its answer lost, and single reads do not find yet is taken for its own',
  async (type) => {
    const started = byLag.get('soon') ?? sandboxHere({ linger: { newGet: SOON } });
    byLag.set('soon', started);
    await started;
    const cloud: AnyCloud = allClouds()[type];
    const found = await readerOf(cloud).findings();
    // One of each kind; of AWS what no role uses that stays.
    const kinds = cloud.kinds.filter((kind) => kind.undo && !['aws-policy', 'aws-oidc-client-id'].includes(kind.name));
    const one = kinds.flatMap((kind) => found.find((f) => f.kind.name === kind.name) ?? []);
    expect(one.length).toBeGreaterThan(0);
    const outcomes: Record<string, unknown> = {};
    for (const { f, kind, api } of one.toSorted((a, b) => cloud.order.indexOf(a.f.stage) - cloud.order.indexOf(b.f.stage)))
      await kind.remove(api, [planned(f)]);
    for (const { f, kind, api } of one.toSorted((a, b) => cloud.order.indexOf(b.f.stage) - cloud.order.indexOf(a.f.stage))) {
      const reach = { cloud, api, ledger: emptyLedger(), known: new Set<string>(), settle: context.manifest.waits.settle };
      const restore = () => applyTogether(RESTORE, [planned(f)], reach, () => Promise.resolve());
      await kind.undo?.restore(api, [planned(f)]).catch(() => undefined);
      reach.ledger.begun.add(f.id);
      const [attempt] = await restore();
      outcomes[f.id] = attempt && 'outcome' in attempt ? attempt.outcome.outcome : attempt;
    }
    expect(outcomes).toEqual(Object.fromEntries(one.map(({ f }) => [f.id, 'restored'])));
  },
);
