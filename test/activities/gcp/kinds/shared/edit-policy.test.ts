import { describe, expect, it } from 'vitest';
import { grantsOf, type AccountGrant, type Grant } from '../../../../../activities/gcp/footprint/grants.ts';
import { withGrants, withoutGrants } from '../../../../../activities/gcp/kinds/shared/edit-policy.ts';
import type { Policy } from '../../../../../activities/gcp/snapshot.ts';
import { EMAIL, UNIQUE_ID } from '../../fixtures.ts';

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

function grant(role: string, condition: Grant['condition'] = null, member = OURS): AccountGrant {
  return { resource: ORGANIZATION, role, member, condition, uniqueId: UNIQUE_ID };
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

  it('takes a grant whose account was deleted meanwhile, under the planned unique id only, and leaves that of who has its address now', () => {
    const dead = (uid: string) => `deleted:${OURS}?uid=${uid}`;
    const planned = [grant('roles/viewer')];
    const after = (...members: string[]) => withoutGrants({ bindings: [{ role: 'roles/viewer', members }] }, planned)?.bindings;
    expect(after(AUDITOR, dead(UNIQUE_ID))).toEqual([{ role: 'roles/viewer', members: [AUDITOR] }]);
    expect(after(AUDITOR, dead('999'))).toBeUndefined();
    expect(after(OURS, dead(UNIQUE_ID))).toEqual([{ role: 'roles/viewer', members: [OURS] }]);
    expect(after(OURS, dead('999'))).toEqual([{ role: 'roles/viewer', members: [dead('999')] }]);
  });

  it('takes a grant that was planned as a deleted account’s where the account lives again', () => {
    const planned = [grant('roles/viewer', null, `deleted:${OURS}?uid=${UNIQUE_ID}`)];
    expect(withoutGrants({ bindings: [{ role: 'roles/viewer', members: [OURS] }] }, planned)?.bindings).toEqual([]);
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
