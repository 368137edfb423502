import { describe, expect, it } from 'vitest';
import { classify } from '../../../activities/gcp/wire/classify.ts';
import type { GcpApi } from '../../../activities/gcp/wire/clients.ts';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { grantJson, readGrant } from '../../../activities/gcp/kinds/grants.ts';
import type { Policy } from '../../../activities/gcp/snapshot.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { account, apiWith, EMAIL, googleError, judge, onboarded, planned, pool, PROJECT, provider, UNIQUE_ID } from './fixtures.ts';

const EXACTLY = `projects/${PROJECT}/serviceAccounts/${UNIQUE_ID}`;
const gone = () => Promise.reject(googleError(404, 'NOT_FOUND', 'not found'));

function itemOf(kind: string, snapshot = onboarded()): PlanItem {
  const found = judge(snapshot).findings.find((f) => f.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return { ...planned(found), kind };
}

function undoOf(kind: string) {
  const undo = gcpCloud().kinds.find((k) => k.name === kind)?.undo;
  if (!undo) throw new Error(`no undo of ${kind}`);
  return undo;
}

/** What the classifier makes of a restore that is refused. */
async function refusal(work: Promise<void>) {
  return work.then(
    () => 'restored',
    (error: unknown) => classify(error),
  );
}

/** An API whose calls are noted as `<call> <name> <arguments>`. */
function noting(calls: string[], answers: Partial<GcpApi>): GcpApi {
  const noted = (call: string) => (name: string, disabled?: boolean) => {
    calls.push(disabled === undefined ? `${call} ${name}` : `${call} ${name} ${disabled}`);
    return Promise.resolve();
  };
  const names = ['undeleteServiceAccount', 'enableServiceAccount', 'disableServiceAccount', 'undeletePool', 'undeleteProvider'] as const;
  const changes = Object.fromEntries([...names, 'setPoolDisabled', 'setProviderDisabled'].map((n) => [n, noted(n)]));
  return apiWith({ ...changes, ...answers });
}

describe('A service account', () => {
  const item = itemOf('gcp-service-account');

  it('is undeleted by its unique id and enabled again, since the removal had disabled it', async () => {
    const calls: string[] = [];
    const reads = [gone(), Promise.resolve(account([], { disabled: true }))];
    for (const read of reads) read.catch(() => undefined);
    await undoOf(item.kind).restore(noting(calls, { getServiceAccount: () => reads.shift() ?? gone() }), [item]);
    expect(calls).toEqual([`undeleteServiceAccount ${EXACTLY}`, `enableServiceAccount ${EXACTLY}`]);
  });

  it('that was disabled before stays disabled', async () => {
    const disabled = { ...item, snapshot: { ...(item.snapshot as object), disabled: true } };
    const calls: string[] = [];
    const reads = [gone(), Promise.resolve(account([], { disabled: true }))];
    for (const read of reads) read.catch(() => undefined);
    await undoOf(item.kind).restore(noting(calls, { getServiceAccount: () => reads.shift() ?? gone() }), [disabled]);
    expect(calls).toEqual([`undeleteServiceAccount ${EXACTLY}`]);
  });

  it('that is there already is left as it is', async () => {
    const calls: string[] = [];
    await undoOf(item.kind).restore(noting(calls, { getServiceAccount: () => Promise.resolve(account([])) }), [item]);
    expect(calls).toEqual([]);
  });

  it('is not restored over a newcomer of its address, nor after 30 days', async () => {
    const newcomer = apiWith({ getServiceAccount: () => Promise.resolve(account([], { uniqueId: '999' })) });
    expect(await refusal(undoOf(item.kind).restore(newcomer, [item]))).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
    const purged = apiWith({ getServiceAccount: gone, undeleteServiceAccount: gone });
    expect(await refusal(undoOf(item.kind).restore(purged, [item]))).toMatchObject({ kind: 'blocked', code: 'NotRestorable' });
  });
});

describe('Pool and provider', () => {
  const items = { pool: itemOf('gcp-pool'), provider: itemOf('gcp-provider') };
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
    expect(calls).toEqual([`undeletePool ${deletedPool.name}`, `undeleteProvider ${name}`, `setProviderDisabled ${name} false`]);
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

describe('A binding', () => {
  const RESOURCE = 'folders/77';
  const live = { resource: RESOURCE, role: 'roles/viewer', member: `serviceAccount:${EMAIL}`, condition: null };
  const dead = { ...live, member: `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}` };
  const item = (grant: typeof live) => planned({ id: `gcp-binding:${grant.member}`, snapshot: grantJson(grant, UNIQUE_ID) });

  function folder(policy: Policy, uniqueId = UNIQUE_ID) {
    const written: Policy[] = [];
    const api = apiWith({
      getPolicy: () => Promise.resolve(written.at(-1) ?? policy),
      setPolicy: (_, next) => Promise.resolve(void written.push(next)),
      getServiceAccount: () => Promise.resolve(account([], { uniqueId })),
    });
    return { api, written };
  }

  it('comes back with the others of its policy in one write, and a second time in none', async () => {
    const { api, written } = folder({ etag: 'a', bindings: [{ role: 'roles/viewer', members: ['user:eve@contoso.example'] }] });
    const items = [item(live), item({ ...live, role: 'roles/iam.roleAdmin' })] as const;
    await undoOf('gcp-binding').restore(api, items);
    await undoOf('gcp-binding').restore(api, items);
    expect(written).toEqual([
      {
        etag: 'a',
        bindings: [
          { role: 'roles/viewer', members: ['user:eve@contoso.example', live.member] },
          { role: 'roles/iam.roleAdmin', members: [live.member] },
        ],
      },
    ]);
    for (const one of items) await expect(readGrant(api, one)).resolves.toEqual(one.snapshot);
  });

  it('is not given to a newcomer of the address, and waits for its account', async () => {
    const { api, written } = folder({}, '999');
    expect(await refusal(undoOf('gcp-binding').restore(api, [item(live)]))).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
    const without = apiWith({ getServiceAccount: gone });
    expect(await refusal(undoOf('gcp-binding').restore(without, [item(live)]))).toMatchObject({ kind: 'blocked', code: 'AccountGone' });
    expect(written).toEqual([]);
  });

  it('that is refused while policies do not know the undeleted account yet is tried again; refused for another reason, not', async () => {
    const refusing = (message: string) =>
      apiWith({
        getPolicy: () => Promise.resolve({}),
        setPolicy: () => Promise.reject(googleError(400, 'INVALID_ARGUMENT', message)),
        getServiceAccount: () => Promise.resolve(account([])),
      });
    const restored = (message: string) => refusal(undoOf('gcp-binding').restore(refusing(message), [item(live)]));
    expect(await restored(`Service account ${EMAIL} does not exist.`)).toMatchObject({ kind: 'retry' });
    expect(await restored('Role roles/viewer is not supported for this resource.')).toMatchObject({ kind: 'blocked' });
  });

  it('asks for its account by project, as the address tells it', async () => {
    const asked: string[] = [];
    const api = apiWith({ getServiceAccount: (name) => (asked.push(name), gone()) });
    for (const email of [EMAIL, 'mciem-service@web.contoso.example.iam.gserviceaccount.com'])
      await refusal(undoOf('gcp-binding').restore(api, [item({ ...live, member: `serviceAccount:${email}` })]));
    expect(asked.map((name) => name.split('/')[1])).toEqual([PROJECT, 'contoso.example:web']);
  });

  it('of an account that was deleted when found names the account again, which is told before', async () => {
    const undo = undoOf('gcp-binding');
    expect(undo.losses(item(live))).toEqual([]);
    expect(undo.losses(item(dead))[0]).toContain('deleted before');
    const { api } = folder({});
    await undo.restore(api, [item(dead)]);
    const now = await readGrant(api, item(dead));
    expect(now).toMatchObject({ member: live.member });
    expect(undo.comparable(now ?? null)).toEqual(undo.comparable(item(dead).snapshot));
  });

  it('whose account was replaced by another one is shown as a difference, not removed for ours', async () => {
    const { api } = folder({ bindings: [{ role: 'roles/viewer', members: [live.member] }] }, '999');
    await expect(readGrant(api, item(live))).resolves.not.toEqual(item(live).snapshot);
  });
});
