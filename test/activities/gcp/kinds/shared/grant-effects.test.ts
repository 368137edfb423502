import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { accountGrant, grantsOf, type Grant } from '../../../../../activities/gcp/footprint/grants.ts';
import { grantEffects } from '../../../../../activities/gcp/kinds/shared/grant-effects.ts';
import type { Policy } from '../../../../../activities/gcp/snapshot.ts';
import { account, apiWith, EMAIL, googleError, planned, principals, PROJECT, UNIQUE_ID } from '../../fixtures.ts';
import { refusal, undoOf } from '../../restoring.ts';

const { read, remove } = grantEffects;
const ORGANIZATION = 'organizations/123456789012';
const OURS = `serviceAccount:${EMAIL}`;
const AUDITOR = 'group:auditors@contoso.example';
const office = { title: 'office hours', expression: 'request.time.getHours() < 18' };

function policy(): Policy & { auditConfigs: object[] } {
  return {
    version: 3,
    etag: 'BwYabc=',
    auditConfigs: [{ service: 'allServices' }],
    bindings: [
      { role: 'roles/viewer', members: [AUDITOR, OURS, 'user:eve@contoso.example'] },
      { role: 'roles/viewer', members: [OURS, AUDITOR], condition: office },
      { role: 'roles/iam.securityAdmin', members: [OURS] },
    ],
  };
}

function grant(role: string, condition: Grant['condition'] = null, member = OURS): Grant {
  return { resource: ORGANIZATION, role, member, condition };
}

// The pauses between tries are drawn at random, from nothing to seconds.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => vi.restoreAllMocks());

describe('Writing a policy', () => {
  const item = (g: Grant) => planned({ id: 'gcp-binding:x', snapshot: accountGrant(g, UNIQUE_ID) });
  const conflict = () => googleError(409, 'ABORTED', 'There were concurrent policy changes');

  /** A resource whose reads answer `reads` in turn (the last one again and again) and whose writes `refuse` may turn down. */
  function resource(reads: (Policy | Error | undefined)[], refuse: (written: Policy) => Error | undefined = () => undefined) {
    const attempts: Policy[] = [];
    const api = apiWith({
      getServiceAccount: () => settled(account([])),
      getPolicy: () => settled(reads.length > 1 ? reads.shift() : reads[0]),
      setPolicy: (_, next) => {
        attempts.push(next);
        return settled(refuse(next) ?? true);
      },
    });
    return { api, attempts };
  }

  it('writes once for all planned grants of a resource, with the etag it read', async () => {
    const { api, attempts } = resource([policy()]);
    await remove(api, [item(grant('roles/viewer')), item(grant('roles/iam.securityAdmin'))]);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ version: 3, etag: 'BwYabc=' });
    expect(grantsOf(ORGANIZATION, attempts[0] ?? {}).filter((g) => g.member === OURS)).toEqual([grant('roles/viewer', office)]);
  });

  it("meets somebody else's write by reading again, and keeps what they wrote", async () => {
    const theirs = { role: 'roles/browser', members: [AUDITOR] };
    const changed = { ...policy(), etag: 'BwYnew=', bindings: [...(policy().bindings ?? []), theirs] };
    const { api, attempts } = resource([policy(), changed], (p) => (p.etag === 'BwYabc=' ? conflict() : undefined));
    await remove(api, [item(grant('roles/viewer'))]);
    expect(attempts.map((a) => a.etag)).toEqual(['BwYabc=', 'BwYnew=']);
    expect(attempts[1]?.bindings).toContainEqual(theirs);
    expect(attempts[1]?.bindings).toHaveLength(4);
  });

  it('lets the conflict through when it does not end', async () => {
    const { api, attempts } = resource([policy()], conflict);
    await expect(remove(api, [item(grant('roles/viewer'))])).rejects.toThrow('concurrent');
    expect(attempts).toHaveLength(5);
  });

  it('does not try a denied write again', async () => {
    const { api, attempts } = resource([policy()], () => googleError(403, 'PERMISSION_DENIED', 'denied'));
    await expect(remove(api, [item(grant('roles/viewer'))])).rejects.toThrow('denied');
    expect(attempts).toHaveLength(1);
  });

  it('writes nothing when the grants are gone, or the resource is', async () => {
    for (const there of [{ etag: 'x' }, undefined]) {
      const { api, attempts } = resource([there]);
      await remove(api, [item(grant('roles/viewer'))]);
      expect(attempts).toEqual([]);
      await expect(read(api, item(grant('roles/viewer')))).resolves.toBeUndefined();
    }
  });

  it('does not take a denied read for a grant that is gone', async () => {
    const { api } = resource([googleError(403, 'PERMISSION_DENIED', 'denied')]);
    await expect(read(api, item(grant('roles/viewer')))).rejects.toThrow('denied');
    await expect(remove(api, [item(grant('roles/viewer'))])).rejects.toThrow('denied');
  });

  it('reads a grant back in the shape of its snapshot, and shows an edited description as a difference', async () => {
    const conditional = item(grant('roles/viewer', office));
    await expect(read(resource([policy()]).api, conditional)).resolves.toEqual(conditional.snapshot);
    const edited = policy();
    edited.bindings?.splice(1, 1, { role: 'roles/viewer', members: [OURS], condition: { ...office, description: 'now used by finance' } });
    await expect(read(resource([edited]).api, conditional)).resolves.not.toEqual(conditional.snapshot);
  });
});

describe('A grant whose account was deleted since it was planned', () => {
  const RESOURCE = 'folders/77';
  const grant = { resource: RESOURCE, role: 'roles/viewer', member: `serviceAccount:${EMAIL}`, condition: null };
  const item = planned({ id: 'gcp-binding:x', snapshot: accountGrant(grant, UNIQUE_ID) });
  const dead = (uid: string) => `deleted:serviceAccount:${EMAIL}?uid=${uid}`;
  const standing = (members: string[], uniqueId?: string) =>
    apiWith({
      getPolicy: () => settled({ bindings: [{ role: 'roles/viewer', members }] }),
      getServiceAccount: () => settled(uniqueId === undefined ? undefined : account([], { uniqueId })),
    });

  it('reads as it was planned', async () => {
    expect(await read(standing([dead(UNIQUE_ID)]), item)).toEqual(item.snapshot);
    expect(await read(standing([dead(UNIQUE_ID), grant.member], '999'), item)).toEqual(item.snapshot);
  });

  it('is not found under another unique id, nor is a newcomer’s taken for it', async () => {
    expect(await read(standing([dead('999')]), item)).toBeUndefined();
    expect(await read(standing([grant.member], '999'), item)).toMatchObject({ uniqueId: '999' });
  });

  it('that was planned as deleted reads as planned where its account lives again', async () => {
    const before = planned({ id: 'gcp-binding:x', snapshot: accountGrant({ ...grant, member: dead(UNIQUE_ID) }, UNIQUE_ID) });
    expect(await read(standing([grant.member], UNIQUE_ID), before)).toEqual(before.snapshot);
    expect(await read(standing([grant.member], '999'), before)).toMatchObject({ member: grant.member, uniqueId: '999' });
  });
});

describe('Restored', () => {
  const RESOURCE = 'folders/77';
  const live = { resource: RESOURCE, role: 'roles/viewer', member: `serviceAccount:${EMAIL}`, condition: null };
  const dead = { ...live, member: `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}` };
  const item = (grant: typeof live) => planned({ id: `gcp-binding:${grant.member}`, snapshot: accountGrant(grant, UNIQUE_ID) });

  function folder(policy: Policy, uniqueId = UNIQUE_ID) {
    const written: Policy[] = [];
    const api = apiWith({
      getPolicy: () => Promise.resolve(written.at(-1) ?? policy),
      setPolicy: (_, next) => Promise.resolve(written.push(next) > 0),
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
    for (const one of items) await expect(read(api, one)).resolves.toEqual(one.snapshot);
  });

  it('is not given to a newcomer of the address, and waits for its account', async () => {
    const { api, written } = folder({}, '999');
    expect(await refusal(undoOf('gcp-binding').restore(api, [item(live)]))).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
    const without = apiWith({ getServiceAccount: () => Promise.resolve(undefined) });
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

  it('of a custom role that policies do not know yet is tried again where that is there, and only there', async () => {
    const name = 'organizations/504113872240/roles/CloudKnoxIAMOrgAdmin';
    const role = (deleted: boolean) => ({ name, title: '', description: '', stage: 'GA', includedPermissions: [], deleted });
    const restored = (there: ReturnType<typeof role> | undefined, message = `Role (${name}) does not exist in the resource's hierarchy.`) =>
      refusal(
        undoOf('gcp-binding').restore(
          apiWith({
            getPolicy: () => Promise.resolve({}),
            setPolicy: () => Promise.reject(googleError(400, 'INVALID_ARGUMENT', message)),
            getServiceAccount: () => Promise.resolve(account([])),
            getRole: () => Promise.resolve(there),
          }),
          [item(live)],
        ),
      );
    expect(await restored(role(false))).toMatchObject({ kind: 'retry' });
    for (const gone of [role(true), undefined]) expect(await restored(gone)).toMatchObject({ kind: 'blocked', code: 'InvalidArgument' });
    expect(await restored(role(false), 'Role roles/made.up does not exist.')).toMatchObject({ kind: 'blocked' });
  });

  it('to identities of a pool comes back without asking for an account', async () => {
    const grant = { ...live, member: principals() };
    const before = planned({ id: `gcp-binding:${grant.member}`, snapshot: accountGrant(grant, '') });
    let policy: Policy = {};
    const api = apiWith({ getPolicy: () => settled(policy), setPolicy: (_, next) => settled(((policy = next), true)) });
    await undoOf('gcp-binding').restore(api, [before]);
    expect(policy.bindings).toEqual([{ role: 'roles/viewer', members: [principals()] }]);
    expect(await read(api, before)).toEqual(before.snapshot);
    await remove(api, [before]);
    expect(policy.bindings).toEqual([]);
  });

  it('asks for its account by project, as the address tells it', async () => {
    const asked: string[] = [];
    const api = apiWith({ getServiceAccount: (name) => (asked.push(name), Promise.resolve(undefined)) });
    for (const email of [EMAIL, 'mciem-service@web.contoso.example.iam.gserviceaccount.com'])
      await refusal(undoOf('gcp-binding').restore(api, [item({ ...live, member: `serviceAccount:${email}` })]));
    expect(asked.map((name) => name.split('/')[1])).toEqual([PROJECT, 'contoso.example:web']);
  });

  it('of an account that was deleted when found names the account again, which is told before', async () => {
    const undo = undoOf('gcp-binding');
    expect(undo.losses(item(live))).toEqual([]);
    expect(undo.losses(item(dead))[0]).toContain('deleted before');
    const { api, written } = folder({});
    await undo.restore(api, [item(dead)]);
    expect(written.map((p) => p.bindings)).toEqual([[{ role: 'roles/viewer', members: [live.member] }]]);
    const now = await read(api, item(dead));
    expect(undo.comparable(now ?? null)).toEqual(undo.comparable(item(dead).snapshot));
  });

  it('whose account was replaced by another one is shown as a difference, not removed for ours', async () => {
    const { api } = folder({ bindings: [{ role: 'roles/viewer', members: [live.member] }] }, '999');
    await expect(read(api, item(live))).resolves.not.toEqual(item(live).snapshot);
  });
});

function settled<T>(answer: T | Error): Promise<T> {
  return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
}
