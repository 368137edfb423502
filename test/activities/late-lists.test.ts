import { afterAll, expect, test } from 'vitest';
import type { AnyCloud, Told } from '../../activities/cloud.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType } from '../../model/names.ts';
import { allClouds } from '../../worker/clouds.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';
import { defaultManifest, FACTS, planned } from './planned.ts';

/** One for all who wait as long: a sign-in is kept for the whole process. */
const byLag = new Map<number, Promise<SandboxHere>>();
afterAll(async () => {
  for (const one of byLag.values()) await (await one).stop();
});

const manifest = defaultManifest();
const context = { manifest: { ...manifest, waits: { ...manifest.waits, settle: 300 } }, ciemPrincipalId: FACTS.ciemPrincipalId ?? '' };

const HOUR = 3_600_000;

/** Google refuses a deleted account that is listed just as one that may not be seen: that cannot be told apart for ever. */
test.each([
  ['aws', HOUR],
  ['azure', HOUR],
  ['entra', HOUR],
  ['gcp', 1_000],
] as const)('%s can be read whole while its lists show what single reads do not find any more', async (type, list) => {
  const started = byLag.get(list) ?? sandboxHere({ linger: { list } });
  byLag.set(list, started);
  await started;
  const cloud: AnyCloud = allClouds()[type];
  const systems = systemsOf(manifest).filter((s) => systemType(s) === type);
  const readAll = () =>
    Promise.all(
      systems.map(async (s) => ({
        system: s,
        api: (await cloud.connect(s, context)) as unknown,
        snapshot: (await cloud.read(await cloud.connect(s, context), s, context)) as unknown,
      })),
    );
  const read = await readAll();
  const told: Told[] = read.map((r) => cloud.facts(r.snapshot, FACTS.tenantId, FACTS.issuer));
  const facts = {
    ...FACTS,
    awsOidcRoles: told.flatMap((t: Told) => t.awsOidcRoles ?? []),
    gcpServiceAccounts: told.flatMap((t: Told) => t.gcpServiceAccounts ?? []),
  };
  const found = read.flatMap((r) =>
    cloud.kinds.flatMap((kind) => kind.match(r.snapshot, facts).findings.map((f) => ({ f, kind, api: r.api }))),
  );
  expect(found.length).toBeGreaterThan(0);
  const failed: string[] = [];
  for (const { f, kind, api } of found.toSorted((a, b) => cloud.order.indexOf(a.f.stage) - cloud.order.indexOf(b.f.stage)))
    await kind.remove(api, [planned(f)]).catch((error: unknown) => failed.push(`${f.id}: ${String(error)}`));
  // What is locked stays.
  expect(failed.filter((why) => !/lock/i.test(why))).toEqual([]);
  await expect(readAll()).resolves.toHaveLength(systems.length);
});
