import { describe, expect, it } from 'vitest';
import { account, factsOf, judge, oidcProject, pool, POOL, principals, PROJECT, provider, workloadUser } from '../../fixtures.ts';

const certain = (found: ReturnType<typeof judge>) => found.findings.filter((f) => f.confidence === 'certain').map((f) => f.kind);

describe('A pool', () => {
  const github = provider(
    { issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '', displayName: '' },
    'github',
  );

  it('with another live provider stays: only ours goes, and a bystander says why', () => {
    const found = judge(oidcProject([pool([provider(), github])], []));
    expect(certain(found)).toEqual(['gcp-provider']);
    expect(found.bystanders).toMatchObject([{ id: `gcp-pool:${POOL}`, why: expect.stringContaining('github') as string }]);
  });

  it("with Defender's provider stays", () => {
    expect(certain(judge(oidcProject([pool([provider(), provider({}, 'ciem-discovery')])], [])))).toEqual(['gcp-provider']);
  });

  it('whose other provider was deleted is ours', () => {
    expect(certain(judge(oidcProject([pool([provider(), { ...github, state: 'DELETED' }])], [])))).toEqual(['gcp-provider', 'gcp-pool']);
  });

  it('emptied of our provider is ours, emptied of another is not', () => {
    expect(certain(judge(oidcProject([pool([provider({ state: 'DELETED' })])], [])))).toEqual(['gcp-pool']);
    expect(judge(oidcProject([pool([{ ...github, state: 'DELETED' }])], [])).findings).toEqual([]);
  });

  it('that only carries the name is a bystander', () => {
    const found = judge(oidcProject([pool([])], []));
    expect(found.findings).toEqual([]);
    expect(found.bystanders).toMatchObject([{ id: `gcp-pool:${POOL}` }]);
  });

  describe('shared with others', () => {
    const shared = pool([provider(), github]);

    it('does not make the account of its other users ours', () => {
      const deployer = { email: `deployer@${PROJECT}.iam.gserviceaccount.com`, displayName: 'deployer' };
      const byRepository = principals('mciem-wi-pool', 'attribute.repository/contoso/web');
      expect(judge(oidcProject([shared], [account([workloadUser(byRepository)], deployer)])).findings.map((f) => f.kind)).toEqual([
        'gcp-provider',
      ]);
      const byPool = judge(oidcProject([shared], [account([workloadUser(principals())], deployer)]));
      expect(certain(byPool)).toEqual(['gcp-provider']);
      expect(factsOf(oidcProject([shared], [account([workloadUser(principals())], deployer)])).gcpServiceAccounts).toMatchObject([
        { confidence: 'name-only' },
      ]);
    });

    it('still gives away our account by the app id it trusts', () => {
      const byApp = principals('mciem-wi-pool', 'attribute.appid/b46c3ac5-9da6-418f-a849-0a07a10b3c6c');
      const found = judge(oidcProject([shared], [account([workloadUser(byApp)], { displayName: '' })]));
      expect(certain(found)).toEqual(['gcp-impersonation-binding', 'gcp-service-account', 'gcp-provider']);
    });
  });
});
