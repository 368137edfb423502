import { describe, expect, test } from 'vitest';
import type { Collector, PortalApi } from '../../../../../activities/portal/wire/clients.ts';
import { connectPortal } from '../../../../../activities/portal/wire/clients.ts';
import { classifyPortal } from '../../../../../activities/portal/wire/classify.ts';
import { dataCollector } from '../../../../../activities/portal/kinds/data-collector/index.ts';
import { readPortal, type PortalSnapshot } from '../../../../../activities/portal/reader.ts';
import type { Manifest } from '../../../../../model/manifest.ts';
import { FACTS, defaultManifest, planned, TENANT } from '../../../planned.ts';

type Named = Manifest['collectors'][number];

const named = (driver: Named['driver'], change: Partial<Named> = {}): Named => ({
  id: 'c-1',
  type: 'aws',
  driver,
  recipient: 'dana@contoso.example',
  ...change,
});
const listed = (change: Partial<Collector> = {}): Collector => ({
  id: 'c-1',
  type: 'aws',
  name: 'Contoso AWS',
  status: 'Onboarded',
  online: true,
  configuration: { azureApp: 'mciem-aws-oidc-connector' },
  ...change,
});
const judge = (snapshot: Omit<PortalSnapshot, 'system'>) => dataCollector.match({ system: `portal:${TENANT}`, ...snapshot }, FACTS);

/** Fails the test on every call. */
const untouched: PortalApi = new Proxy({ readable: false } as PortalApi, {
  get(target, name) {
    if (name === 'readable') return target.readable;
    throw new Error(`unexpected call ${String(name)}`);
  },
});

describe('driver http', () => {
  test('a collector the portal lists is certain, and its definition ignores what changes by itself', () => {
    const before = judge({ named: [named('http')], listed: [listed()] }).findings;
    const after = judge({ named: [named('http')], listed: [listed({ online: false, status: 'In progress' })] }).findings;
    expect(before).toMatchObject([{ id: 'data-collector:c-1', confidence: 'certain', phase: 'data-collection' }]);
    expect(after).toEqual(before);
  });

  test('a collector the portal no longer lists is told of, not planned', () => {
    const { findings, bystanders } = judge({ named: [named('http')], listed: [] });
    expect(findings).toEqual([]);
    expect(bystanders).toMatchObject([
      { id: 'c-1', why: 'the manifest names it, the portal does not list it: deleted before, or never there under this id' },
    ]);
  });

  test('a collector the manifest does not name is shown by name only', () => {
    const { findings } = judge({ named: [named('http')], listed: [listed(), listed({ id: 'c-2', name: 'Fabrikam' })] });
    expect(findings.map((f) => [f.id, f.confidence])).toEqual([
      ['data-collector:c-1', 'certain'],
      ['data-collector:c-2', 'name-only'],
    ]);
  });

  test('a collector of another cloud than the manifest says is held for a person', () => {
    const { findings } = judge({ named: [named('http', { type: 'gcp' })], listed: [listed()] });
    expect(findings[0]?.hold?.code).toBe('TypeMismatch');
  });
});

describe.each(['operator', 'retired'] as const)('driver %s', (driver) => {
  test('the finding is made from the manifest alone and the portal is not called', async () => {
    const manifest = { ...defaultManifest(), collectors: [named(driver, { name: 'Contoso AWS' })] };
    const snapshot = await readPortal(untouched, `portal:${TENANT}`, { manifest });
    const { findings, bystanders } = dataCollector.match(snapshot, FACTS);
    expect(bystanders).toEqual([]);
    expect(findings.map((f) => f.snapshot)).toEqual([
      { id: 'c-1', type: 'aws', name: 'Contoso AWS', driver, recipient: 'dana@contoso.example' },
    ]);
    const item = planned(findings[0] as (typeof findings)[number]);
    expect(await dataCollector.read(untouched, item)).toEqual(item.snapshot);
  });

  test('it keeps sign-in enabled until it is settled', () => {
    expect(judge({ named: [named(driver)] }).findings[0]?.uses).toEqual(['ciem:sign-in']);
  });
});

test('a collector is never deleted without its one-time password', async () => {
  const item = planned(judge({ named: [named('http')], listed: [listed()] }).findings[0] as never);
  await expect(dataCollector.remove(untouched, [item])).rejects.toThrow('only with its one-time password');
});

test('without OFFBOARD_PORTAL_URL a call is blocked and names the variable', async () => {
  const api = connectPortal(undefined, { getToken: () => Promise.resolve(null) }, true);
  const error = await api.list().catch((e: unknown) => e);
  expect(classifyPortal(error)).toMatchObject({
    kind: 'blocked',
    code: 'NoPortal',
    message: expect.stringContaining('OFFBOARD_PORTAL_URL') as string,
  });
});
