import { describe, expect, it } from 'vitest';
import { account, factsOf, EMAIL, judge, oidcProject, pool, POOL, principals, PROJECT, provider, workloadUser } from '../../fixtures.ts';

const certain = (found: ReturnType<typeof judge>) => found.findings.filter((f) => f.confidence === 'certain').map((f) => f.kind);

describe('A service account', () => {
  it("of Defender's is never ours, even when it trusts our pool; it then keeps the pool in place", () => {
    const email = `microsoft-defender-ciem@${PROJECT}.iam.gserviceaccount.com`;
    const snapshot = oidcProject([pool([provider()])], [account([workloadUser(principals())], { email })]);
    const found = judge(snapshot);
    expect(certain(found)).toEqual(['gcp-provider', 'gcp-pool']);
    expect(found.bystanders).toMatchObject([{ uses: [`gcp:pool:${POOL}`] }]);
    expect(factsOf(snapshot).gcpServiceAccounts).toEqual([]);
  });

  it('that only carries the name is a bystander, whatever pool it trusts', () => {
    const bindings = [[], [workloadUser(principals('other-pool'))], [workloadUser(principals('mciem-wi-pool', '*', '999'))]];
    for (const b of bindings) {
      const found = judge(oidcProject([pool([provider()])], [account(b)]));
      expect(certain(found)).toEqual(['gcp-provider', 'gcp-pool']);
      expect(found.bystanders.map((s) => s.id)).toEqual([`gcp-service-account:projects/${PROJECT}/serviceAccounts/${EMAIL}`]);
    }
  });

  it('that others may act as is held, and they are named', () => {
    const others = { role: 'roles/iam.serviceAccountTokenCreator', members: ['user:bob@contoso.example'] };
    const found = judge(oidcProject([pool([provider()])], [account([workloadUser(principals(), 'serviceAccount:ci@x'), others])]));
    const held = found.findings.find((f) => f.kind === 'gcp-service-account');
    expect(held?.hold?.code).toBe('SharedServiceAccount');
    expect(held?.hold?.reason).toMatch(/serviceAccount:ci@x .*user:bob@contoso\.example/);
    expect(found.findings.filter((f) => f.kind === 'gcp-impersonation-binding')).toHaveLength(1);
  });

  it('that others may merely look at is not held', () => {
    const viewer = { role: 'roles/iam.serviceAccountViewer', members: ['user:bob@contoso.example'] };
    const found = judge(oidcProject([pool([provider()])], [account([workloadUser(principals()), viewer])]));
    expect(found.findings.every((f) => f.hold === undefined)).toBe(true);
  });
});
