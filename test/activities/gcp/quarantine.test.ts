import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { SystemId } from '../../../model/names.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { FACTS, defaultManifest, planned } from '../planned.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';
import { apiWith, googleError } from './fixtures.ts';

const SYSTEM: SystemId = 'gcp:projects/contoso-identity';
const cloud = gcpCloud();
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;
let items: PlanItem[];

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
  const snapshot = await cloud.read(await cloud.connect(SYSTEM, context), SYSTEM, context);
  items = cloud.kinds.flatMap((kind) => kind.match(snapshot, FACTS).findings).map((f) => planned(f));
});
afterAll(() => sandbox.stop());

function toolsOf(kind: string) {
  const item = items.find((i) => i.kind === kind);
  const found = cloud.kinds.find((k) => k.name === kind);
  if (!item || !found?.quarantine || !found.undo) throw new Error(`no quarantine of ${kind}`);
  return { item, kind: found, quarantine: found.quarantine, undo: found.undo };
}

describe.each(['gcp-service-account', 'gcp-provider', 'gcp-pool'])('%s in quarantine', (name) => {
  it('is there but disabled, reads as was said it would, and is lifted as if nothing had been', async () => {
    const { item, kind, quarantine } = toolsOf(name);
    const api = await cloud.connect(SYSTEM, context);
    await quarantine.put(api, item);
    await quarantine.put(api, item);
    expect(await kind.read(api, item)).toEqual(quarantine.quarantined(item.snapshot));
    expect(quarantine.quarantined(item.snapshot)).not.toEqual(item.snapshot);
    await quarantine.lift(api, item);
    await quarantine.lift(api, item);
    expect(await kind.read(api, item)).toEqual(item.snapshot);
    expect((await sandbox.report()).untouched.changed).toEqual([]);
  });

  it('is removed out of it, and comes back enabled', async () => {
    const { item, kind, quarantine, undo } = toolsOf(name);
    const api = await cloud.connect(SYSTEM, context);
    await quarantine.put(api, item);
    await kind.remove(api, [item]);
    await expect.poll(() => kind.read(api, item), { interval: 10, timeout: 15_000 }).toBeUndefined();
    await undo.restore(api, [item]);
    expect(await kind.read(api, item)).toEqual(item.snapshot);
  });
});

describe('A use during quarantine', () => {
  const since = new Date('2026-11-20T12:00:00Z');
  const lastAt = async (at: string | undefined) => {
    const { item, quarantine } = toolsOf('gcp-service-account');
    const { email } = item.snapshot as { email: string };
    const last = new Map(at === undefined ? [] : [[email, new Date(at)] as const]);
    return await quarantine.usedSince?.(apiWith({ lastAuthentications: () => Promise.resolve(last) }), item, since);
  };

  it('is told with its day', async () => {
    expect(await lastAt('2026-11-22T07:00:00Z')).toContain('2026-11-22');
  });

  it('is none when it was before or there was none; where nobody may ask it is not none', async () => {
    expect(await lastAt('2026-11-19T07:00:00Z')).toBeUndefined();
    expect(await lastAt(undefined)).toBeUndefined();
    const { item, quarantine } = toolsOf('gcp-service-account');
    const refusing = (error: Error) => apiWith({ lastAuthentications: () => Promise.reject(error) });
    const denied = googleError(403, 'PERMISSION_DENIED', 'denied');
    await expect(quarantine.usedSince?.(refusing(denied), item, since)).rejects.toThrow('denied');
    await expect(quarantine.usedSince?.(refusing(googleError(503, 'UNAVAILABLE', 'later')), item, since)).rejects.toThrow('later');
  });
});
