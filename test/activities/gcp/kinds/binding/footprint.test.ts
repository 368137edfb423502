import { describe, expect, it, test } from 'vitest';
import { factsOf, EMAIL, judge, NUMBER, onboarded, UNIQUE_ID } from '../../fixtures.ts';

describe('Bindings', () => {
  const facts = factsOf(onboarded());
  const at = (resource: string, role: string, member: string, condition?: { title: string; expression: string }) =>
    judge(
      {
        system: `gcp:${resource}`,
        resource,
        policy: { bindings: [{ role, members: [member], ...(condition ? { condition } : {}) }] },
        ourselves: [],
      },
      facts,
    );

  test.each([
    ['roles/iam.securityAdmin', 'takeover'],
    ['roles/iam.roleAdmin', 'takeover'],
    ['roles/owner', 'takeover'],
    ['organizations/1/roles/CloudKnoxIAMOrgAdmin_1700000000', 'takeover'],
    ['roles/editor', 'write'],
    ['organizations/1/roles/Something', 'write'],
    ['roles/viewer', 'read'],
    ['roles/iam.securityReviewer', 'read'],
  ])('of our account are found whatever the role: %s is %s', (role, risk) => {
    expect(at('folders/1', role, `serviceAccount:${EMAIL}`).findings).toMatchObject([{ risk, confidence: 'certain' }]);
  });

  test.each([
    ['organizations/1', 'organization-bindings'],
    ['folders/1', 'folder-bindings'],
    ['projects/contoso-web', 'project-bindings'],
  ])('at %s go at the stage %s', (resource, stage) => {
    expect(at(resource, 'roles/viewer', `serviceAccount:${EMAIL}`).findings).toMatchObject([
      { stage, system: `gcp:${resource}`, uses: [`gcp:service-account:${EMAIL}`] },
    ]);
  });

  it('keep their condition, and the unique id of their account, in the snapshot', () => {
    const condition = { title: 'until', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' };
    expect(at('folders/1', 'roles/viewer', `serviceAccount:${EMAIL}`, condition).findings[0]?.snapshot).toEqual({
      resource: 'folders/1',
      role: 'roles/viewer',
      member: `serviceAccount:${EMAIL}`,
      condition,
      uniqueId: UNIQUE_ID,
    });
  });

  it('of the same account after its deletion are found by its unique id, of a namesake they are not', () => {
    expect(at('folders/1', 'roles/viewer', `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}`).findings).toHaveLength(1);
    const namesake = at('folders/1', 'roles/viewer', `deleted:serviceAccount:${EMAIL}?uid=${NUMBER}`);
    expect(namesake.findings).toEqual([]);
    expect(namesake.bystanders).toHaveLength(1);
  });

  test.each([
    ["Defender's", 'serviceAccount:microsoft-defender-ciem@contoso-security.iam.gserviceaccount.com', 1],
    ["a namesake's in another project", 'serviceAccount:mciem-service@fabrikam.iam.gserviceaccount.com', 1],
    ["a longer name's", `serviceAccount:x${EMAIL}`, 0],
    ["a user's", `user:${EMAIL}`, 0],
  ])('of %s stay', (_, member, bystanders) => {
    const found = at('folders/1', 'roles/viewer', member);
    expect(found.findings).toEqual([]);
    expect(found.bystanders).toHaveLength(bystanders);
  });
});
