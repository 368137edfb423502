import { describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../../../activities/gcp/cloud.ts';
import { gcpServiceAccount } from '../../../../../activities/gcp/kinds/service-account/index.ts';
import { applyTogether } from '../../../../../activities/apply/engine.ts';
import type { Reach } from '../../../../../activities/apply/operation.ts';
import { REMOVE } from '../../../../../activities/apply/operations/remove.ts';
import { fingerprint } from '../../../../../model/canonical.ts';
import { emptyLedger } from '../../../../../model/ledger.ts';
import { account, apiWith, googleError, PROJECT, UNIQUE_ID } from '../../fixtures.ts';
import { itemOf, noting, refusal, undoOf } from '../../restoring.ts';

const EXACTLY = `projects/${PROJECT}/serviceAccounts/${UNIQUE_ID}`;
const gone = () => Promise.resolve(undefined);
const item = itemOf('gcp-service-account');

describe('Removed', () => {
  it('is disabled, then deleted, by its unique id', async () => {
    const calls: string[] = [];
    const note = (call: string) => (name: string) => {
      calls.push(`${call} ${name}`);
      return Promise.resolve();
    };
    await gcpServiceAccount.remove(apiWith({ disableServiceAccount: note('disable'), deleteServiceAccount: note('delete') }), [item]);
    expect(calls).toEqual([`disable ${EXACTLY}`, `delete ${EXACTLY}`]);
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
      settle: 1,
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

describe('Restored', () => {
  it('is undeleted by its unique id and enabled again, since the removal had disabled it', async () => {
    const calls: string[] = [];
    const reads = [gone(), Promise.resolve(account([], { disabled: true }))];
    await undoOf(item.kind).restore(noting(calls, { getServiceAccount: () => reads.shift() ?? gone() }), [item]);
    expect(calls).toEqual([`undeleteServiceAccount ${EXACTLY}`, `enableServiceAccount ${EXACTLY}`]);
  });

  it('that was disabled before stays disabled', async () => {
    const disabled = { ...item, snapshot: { ...(item.snapshot as object), disabled: true } };
    const calls: string[] = [];
    const reads = [gone(), Promise.resolve(account([], { disabled: true }))];
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
    const purged = apiWith({ getServiceAccount: gone, undeleteServiceAccount: () => Promise.resolve(false) });
    expect(await refusal(undoOf(item.kind).restore(purged, [item]))).toMatchObject({ kind: 'blocked', code: 'NotRestorable' });
  });
});
