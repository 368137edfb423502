import { describe, expect, it } from 'vitest';
import { gcpPool } from '../../../../../activities/gcp/kinds/pool/index.ts';
import { gcpProvider } from '../../../../../activities/gcp/kinds/provider/index.ts';
import { apiWith, pool, provider } from '../../fixtures.ts';
import { itemOf, noting, refusal, undoOf } from '../../restoring.ts';

const gone = () => Promise.resolve(undefined);
const items = { pool: itemOf('gcp-pool'), provider: itemOf('gcp-provider') };

describe('Pool and provider, removed', () => {
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
});

describe('Pool and provider, restored', () => {
  const deletedPool = { ...pool([]), state: 'DELETED' };

  it('are undeleted, and enabled again when they were deleted out of quarantine', async () => {
    const calls: string[] = [];
    const api = noting(calls, {
      getPool: () => Promise.resolve(deletedPool),
      getProvider: () => Promise.resolve(provider({ state: 'DELETED', disabled: true })),
    });
    await undoOf('gcp-pool').restore(api, [items.pool]);
    await undoOf('gcp-provider').restore(api, [items.provider]);
    const { name } = items.provider.snapshot as { name: string };
    expect(calls).toEqual([`undeletePool ${deletedPool.name}`, `undeletePool ${name}`, `setPoolDisabled ${name} false`]);
  });

  it('that are there already are left as they are', async () => {
    const calls: string[] = [];
    const api = noting(calls, { getPool: () => Promise.resolve(pool([])), getProvider: () => Promise.resolve(provider()) });
    await undoOf('gcp-pool').restore(api, [items.pool]);
    await undoOf('gcp-provider').restore(api, [items.provider]);
    expect(calls).toEqual([]);
  });

  it('are refused when something else has their name, or Google no longer keeps them', async () => {
    const stranger = apiWith({ getProvider: () => Promise.resolve(provider({ issuer: 'https://accounts.google.com' })) });
    const taken = await refusal(undoOf('gcp-provider').restore(stranger, [items.provider]));
    expect(taken).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
    expect(JSON.stringify(taken)).toContain('issuer');
    const purged = await refusal(undoOf('gcp-pool').restore(apiWith({ getPool: gone }), [items.pool]));
    expect(purged).toMatchObject({ kind: 'blocked', code: 'NotRestorable' });
  });
});
