import { describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { gcpPool } from '../../../activities/gcp/kinds/pool/pool.ts';
import { gcpProvider } from '../../../activities/gcp/kinds/provider/provider.ts';
import { gcpServiceAccount } from '../../../activities/gcp/kinds/service-account/service-account.ts';
import { applyTogether } from '../../../activities/apply/engine.ts';
import type { Reach } from '../../../activities/apply/operation.ts';
import { REMOVE } from '../../../activities/apply/operations/remove.ts';
import { fingerprint } from '../../../model/canonical.ts';
import { emptyLedger } from '../../../model/ledger.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { account, apiWith, googleError, judge, onboarded, planned, pool, PROJECT, provider, UNIQUE_ID } from './fixtures.ts';

const EXACTLY = `projects/${PROJECT}/serviceAccounts/${UNIQUE_ID}`;
const gone = () => Promise.reject(googleError(404, 'NOT_FOUND', 'not found'));

function itemOf(kind: string): PlanItem {
  const found = judge(onboarded()).findings.find((f) => f.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return { ...planned(found), kind };
}

describe('The service account', () => {
  const item = itemOf('gcp-service-account');

  it('is disabled, then deleted, by its unique id', async () => {
    const calls: string[] = [];
    const note = (call: string) => (name: string) => {
      calls.push(`${call} ${name}`);
      return Promise.resolve();
    };
    await gcpServiceAccount.remove(apiWith({ disableServiceAccount: note('disable'), deleteServiceAccount: note('delete') }), [item]);
    expect(calls).toEqual([`disable ${EXACTLY}`, `delete ${EXACTLY}`]);
  });

  it('that is gone already is not deleted again', async () => {
    await expect(gcpServiceAccount.remove(apiWith({ disableServiceAccount: gone }), [item])).resolves.toBeUndefined();
  });

  it('is not deleted when disabling it is denied', async () => {
    const denied = () => Promise.reject(googleError(403, 'PERMISSION_DENIED', 'denied'));
    await expect(gcpServiceAccount.remove(apiWith({ disableServiceAccount: denied }), [item])).rejects.toThrow('denied');
  });

  it('whose removal was cut short after its disabling is removed for good, but not one that somebody else disabled', async () => {
    const calls: string[] = [];
    const steps = (begun: string[]) => ({
      cloud: gcpCloud(),
      ledger: { ...emptyLedger(), openIntents: new Set(begun) },
      known: new Set<string>(),
      api: apiWith({
        getServiceAccount: () => (calls.includes('delete') ? gone() : Promise.resolve(account([], { disabled: true }))),
        disableServiceAccount: () => Promise.resolve(),
        deleteServiceAccount: () => Promise.resolve(void calls.push('delete')),
      }),
    });
    const remove = (reach: Reach) => applyTogether(REMOVE, [one], reach, () => Promise.resolve());
    const one = { ...item, fingerprint: fingerprint(item.snapshot) };
    expect(await remove(steps([]))).toMatchObject([{ outcome: { outcome: 'blocked', code: 'Drift' } }]);
    expect(calls).toEqual([]);
    expect(await remove(steps([item.id]))).toMatchObject([{ outcome: { outcome: 'removed' } }]);
  });

  it('reads as planned, and differs when another one has its address', async () => {
    const same = apiWith({ getServiceAccount: () => Promise.resolve(account([])) });
    await expect(gcpServiceAccount.read(same, item)).resolves.toEqual(item.snapshot);
    const newcomer = apiWith({ getServiceAccount: () => Promise.resolve(account([], { uniqueId: '999' })) });
    await expect(gcpServiceAccount.read(newcomer, item)).resolves.not.toEqual(item.snapshot);
    await expect(gcpServiceAccount.read(apiWith({ getServiceAccount: gone }), item)).resolves.toBeUndefined();
  });
});

describe('Pool and provider', () => {
  const items = { pool: itemOf('gcp-pool'), provider: itemOf('gcp-provider') };

  it('read back in the shape of their snapshots', async () => {
    const api = apiWith({ getPool: () => Promise.resolve(pool([])), getProvider: () => Promise.resolve(provider()) });
    await expect(gcpPool.read(api, items.pool)).resolves.toEqual(items.pool.snapshot);
    await expect(gcpProvider.read(api, items.provider)).resolves.toEqual(items.provider.snapshot);
  });

  it('count as gone in state DELETED, and when Google no longer knows them', async () => {
    const deleted = apiWith({
      getPool: () => Promise.resolve({ ...pool([]), state: 'DELETED' }),
      getProvider: () => Promise.resolve(provider({ state: 'DELETED' })),
    });
    for (const api of [deleted, apiWith({ getPool: gone, getProvider: gone })]) {
      await expect(gcpPool.read(api, items.pool)).resolves.toBeUndefined();
      await expect(gcpProvider.read(api, items.provider)).resolves.toBeUndefined();
    }
  });

  it('show an edited condition or audience as a difference', async () => {
    for (const change of [{ attributeCondition: '' }, { audiences: ['api://other'] }, { issuer: 'https://other' }]) {
      const api = apiWith({ getProvider: () => Promise.resolve(provider(change)) });
      await expect(gcpProvider.read(api, items.provider)).resolves.not.toEqual(items.provider.snapshot);
    }
  });

  it('may be deleted twice', async () => {
    const api = apiWith({ deletePool: gone, deleteProvider: gone });
    await gcpPool.remove(api, [items.pool]);
    await expect(gcpProvider.remove(api, [items.provider])).resolves.toBeUndefined();
  });
});
