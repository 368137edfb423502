import { describe, expect, it } from 'vitest';
import { grantJson, readGrant, removeGrants } from '../../../activities/gcp/kinds/grants.ts';
import { grantsOf, withGrants, withoutGrants, type Grant } from '../../../activities/gcp/kinds/policy.ts';
import type { Policy } from '../../../activities/gcp/snapshot.ts';
import { account, apiWith, EMAIL, googleError, planned, UNIQUE_ID } from './fixtures.ts';

const ORGANIZATION = 'organizations/123456789012';
const OURS = `serviceAccount:${EMAIL}`;
const AUDITOR = 'group:auditors@contoso.example';
const office = { title: 'office hours', expression: 'request.time.getHours() < 18' };
const never = { title: 'expired', expression: 'request.time < timestamp("2024-01-01T00:00:00Z")', description: 'of the old project' };

function policy(): Policy & { auditConfigs: object[] } {
  return {
    version: 3,
    etag: 'BwYabc=',
    auditConfigs: [{ service: 'allServices' }],
    bindings: [
      { role: 'roles/viewer', members: [AUDITOR, OURS, 'user:eve@contoso.example'] },
      { role: 'roles/viewer', members: [OURS, AUDITOR], condition: office },
      { role: 'roles/iam.securityAdmin', members: [OURS] },
      { role: 'roles/iam.securityAdmin', members: [AUDITOR], condition: never },
    ],
  };
}

function grant(role: string, condition: Grant['condition'] = null, member = OURS): Grant {
  return { resource: ORGANIZATION, role, member, condition };
}

describe('Editing a policy', () => {
  it('takes our member out of the planned binding and keeps every other member, in order', () => {
    expect(withoutGrants(policy(), [grant('roles/viewer')])?.bindings?.[0]).toEqual({
      role: 'roles/viewer',
      members: [AUDITOR, 'user:eve@contoso.example'],
    });
  });

  it('keeps version, etag and the fields it does not know', () => {
    const { bindings: _, ...rest } = withoutGrants(policy(), [grant('roles/viewer')]) ?? {};
    expect(rest).toEqual({ version: 3, etag: 'BwYabc=', auditConfigs: [{ service: 'allServices' }] });
  });

  it('leaves the conditional binding of the same role alone when only the unconditional one is planned', () => {
    const after = withoutGrants(policy(), [grant('roles/viewer')]);
    expect(after?.bindings?.[1]).toEqual(policy().bindings?.[1]);
  });

  it('leaves the unconditional binding alone when only the conditional one is planned, and keeps its condition for the others', () => {
    const after = withoutGrants(policy(), [grant('roles/viewer', office)]);
    expect(after?.bindings?.[0]).toEqual(policy().bindings?.[0]);
    expect(after?.bindings?.[1]).toEqual({ role: 'roles/viewer', members: [AUDITOR], condition: office });
  });

  it('does not take a condition of the same title but another expression for the planned one', () => {
    expect(withoutGrants(policy(), [grant('roles/viewer', { ...office, expression: 'true' })])).toBeUndefined();
  });

  it('drops a binding that is left without members, and only that one', () => {
    const after = withoutGrants(policy(), [grant('roles/iam.securityAdmin')]);
    expect(after?.bindings).toEqual(policy().bindings?.toSpliced(2, 1));
  });

  it('does all planned grants at once', () => {
    const after = withoutGrants(policy(), [grant('roles/viewer'), grant('roles/viewer', office), grant('roles/iam.securityAdmin')]);
    expect(JSON.stringify(after)).not.toContain(EMAIL);
    expect(after?.bindings).toHaveLength(3);
  });

  it('changes nothing when the member holds nothing that is planned', () => {
    expect(withoutGrants(policy(), [grant('roles/editor')])).toBeUndefined();
    expect(withoutGrants(policy(), [grant('roles/viewer', null, `${OURS}.evil`)])).toBeUndefined();
    expect(withoutGrants({}, [grant('roles/viewer')])).toBeUndefined();
  });

  it('does not change the policy it was given', () => {
    const given = policy();
    withoutGrants(given, [grant('roles/viewer'), grant('roles/iam.securityAdmin')]);
    expect(given).toEqual(policy());
  });
});

describe('Giving grants back to a policy', () => {
  it('makes the policy what it was before they were taken out, whatever the condition', () => {
    const planned = [grant('roles/viewer'), grant('roles/viewer', office), grant('roles/iam.securityAdmin')];
    const before = grantsOf(ORGANIZATION, policy());
    const restored = grantsOf(ORGANIZATION, withGrants(withoutGrants(policy(), planned) ?? {}, planned) ?? {});
    const sorted = (grants: Grant[]) => grants.map((g) => JSON.stringify(g)).toSorted();
    expect(sorted(restored)).toEqual(sorted(before));
  });

  it('changes nothing when they are there, and does not take a condition of another description for the same', () => {
    expect(withGrants(policy(), [grant('roles/viewer'), grant('roles/viewer', office)])).toBeUndefined();
    const described = { ...office, description: 'since 2024' };
    expect(withGrants(policy(), [grant('roles/viewer', described)])?.bindings?.at(-1)).toEqual({
      role: 'roles/viewer',
      members: [OURS],
      condition: described,
    });
  });

  it('writes a conditional grant as version 3, which a policy without conditions is not read as', () => {
    const plain: Policy = { version: 1, etag: 'BwZ', bindings: [{ role: 'roles/viewer', members: [AUDITOR] }] };
    expect(withGrants(plain, [grant('roles/viewer', office)])).toMatchObject({ version: 3, etag: 'BwZ' });
    expect(withGrants(plain, [grant('roles/viewer')])?.version).toBe(1);
  });
});

describe('Writing a policy', () => {
  const item = (g: Grant) => planned({ id: 'gcp-binding:x', snapshot: grantJson(g, UNIQUE_ID) });
  const conflict = () => googleError(409, 'ABORTED', 'There were concurrent policy changes');

  /** A resource whose reads answer `reads` in turn (the last one again and again) and whose writes `refuse` may turn down. */
  function resource(reads: (Policy | Error)[], refuse: (written: Policy) => Error | undefined = () => undefined) {
    const attempts: Policy[] = [];
    const api = apiWith({
      getServiceAccount: () => settled(account([])),
      getPolicy: () => settled((reads.length > 1 ? reads.shift() : reads[0]) as Policy | Error),
      setPolicy: (_, next) => {
        attempts.push(next);
        return settled(refuse(next));
      },
    });
    return { api, attempts };
  }

  it('writes once for all planned grants of a resource, with the etag it read', async () => {
    const { api, attempts } = resource([policy()]);
    await removeGrants(api, [item(grant('roles/viewer')), item(grant('roles/iam.securityAdmin'))]);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({ version: 3, etag: 'BwYabc=' });
    expect(grantsOf(ORGANIZATION, attempts[0] ?? {}).filter((g) => g.member === OURS)).toEqual([grant('roles/viewer', office)]);
  });

  it("meets somebody else's write by reading again, and keeps what they wrote", async () => {
    const theirs = { role: 'roles/browser', members: [AUDITOR] };
    const changed = { ...policy(), etag: 'BwYnew=', bindings: [...(policy().bindings ?? []), theirs] };
    const { api, attempts } = resource([policy(), changed], (p) => (p.etag === 'BwYabc=' ? conflict() : undefined));
    await removeGrants(api, [item(grant('roles/viewer'))]);
    expect(attempts.map((a) => a.etag)).toEqual(['BwYabc=', 'BwYnew=']);
    expect(attempts[1]?.bindings).toContainEqual(theirs);
    expect(attempts[1]?.bindings).toHaveLength(5);
  });

  it('lets the conflict through when it does not end', async () => {
    const { api, attempts } = resource([policy()], conflict);
    await expect(removeGrants(api, [item(grant('roles/viewer'))])).rejects.toThrow('concurrent');
    expect(attempts).toHaveLength(5);
  });

  it('does not try a denied write again', async () => {
    const { api, attempts } = resource([policy()], () => googleError(403, 'PERMISSION_DENIED', 'denied'));
    await expect(removeGrants(api, [item(grant('roles/viewer'))])).rejects.toThrow('denied');
    expect(attempts).toHaveLength(1);
  });

  it('writes nothing when the grants are gone, or the resource is', async () => {
    for (const read of [{ etag: 'x' }, googleError(404, 'NOT_FOUND', 'not found')]) {
      const { api, attempts } = resource([read]);
      await removeGrants(api, [item(grant('roles/viewer'))]);
      expect(attempts).toEqual([]);
      await expect(readGrant(api, item(grant('roles/viewer')))).resolves.toBeUndefined();
    }
  });

  it('does not take a denied read for a grant that is gone', async () => {
    const { api } = resource([googleError(403, 'PERMISSION_DENIED', 'denied')]);
    await expect(readGrant(api, item(grant('roles/viewer')))).rejects.toThrow('denied');
    await expect(removeGrants(api, [item(grant('roles/viewer'))])).rejects.toThrow('denied');
  });

  it('reads a grant back in the shape of its snapshot, and shows an edited description as a difference', async () => {
    const conditional = item(grant('roles/viewer', office));
    await expect(readGrant(resource([policy()]).api, conditional)).resolves.toEqual(conditional.snapshot);
    const edited = policy();
    edited.bindings?.splice(1, 1, { role: 'roles/viewer', members: [OURS], condition: { ...office, description: 'now used by finance' } });
    await expect(readGrant(resource([edited]).api, conditional)).resolves.not.toEqual(conditional.snapshot);
  });
});

function settled<T>(answer: T | Error): Promise<T> {
  return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
}
