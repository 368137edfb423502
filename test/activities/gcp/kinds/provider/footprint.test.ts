import { describe, expect, it, test } from 'vitest';
import type { Provider } from '../../../../../activities/gcp/snapshot.ts';
import { account, judge, oidcProject, pool, POOL, principals, provider, workloadUser } from '../../fixtures.ts';

const AUDIENCE = 'gcp:audience:api://mciem-gcp-oidc-app';
const certain = (found: ReturnType<typeof judge>) => found.findings.filter((f) => f.confidence === 'certain').map((f) => f.kind);

describe('A provider', () => {
  it("of Defender's is never ours, even with the very same issuer, audience and app id, and keeps application and sign-in in place", () => {
    const found = judge(oidcProject([pool([provider({}, 'ciem-discovery')])], []));
    expect(found.findings).toEqual([]);
    expect(found.bystanders).toMatchObject([
      { id: `gcp-provider:${POOL}/providers/ciem-discovery`, uses: [AUDIENCE, 'ciem:sign-in'] },
      { id: `gcp-pool:${POOL}` },
    ]);
  });

  it("of another tenant's is a bystander that uses nothing of this tenant", () => {
    const other = provider({ issuer: 'https://sts.windows.net/99999999-2b35-4f6e-9a87-1d2c3b4a5f60/' });
    const found = judge(oidcProject([pool([other])], [account([workloadUser(principals())])]));
    expect(found.findings).toEqual([]);
    expect(found.bystanders.find((s) => s.id.startsWith('gcp-provider:'))?.uses).toEqual([]);
  });

  const doubtful: [string, Partial<Provider>][] = [
    ['without a condition', { attributeCondition: '' }],
    ['whose condition names another app', { attributeCondition: "attribute.appid == '11111111-9da6-418f-a849-0a07a10b3c6c'" }],
    ['whose condition keeps the CIEM app out', { attributeCondition: "attribute.appid != 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c'" }],
    [
      'whose condition lets others in besides',
      { attributeCondition: "attribute.appid == 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c' || attribute.appid == 'x'" },
    ],
    ['with another audience', { audiences: ['api://contoso-deploy'] }],
  ];
  test.each(doubtful)('%s is shown to a person, with its pool and service account', (_, change) => {
    const found = judge(oidcProject([pool([provider(change)])], [account([workloadUser(principals())])]));
    expect(certain(found)).toEqual([]);
    expect(found.findings.map((f) => f.kind)).toContain('gcp-provider');
  });

  it('with a further audience is held', () => {
    const found = judge(oidcProject([pool([provider({ audiences: ['api://contoso', 'api://mciem-gcp-oidc-app'] })])], []));
    expect(found.findings[0]?.hold).toMatchObject({ code: 'SharedProvider', reason: expect.stringContaining('api://contoso') as string });
  });

  it('that only carries the name is a bystander', () => {
    const found = judge(
      oidcProject([pool([provider({ issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '' })])], []),
    );
    expect(found.findings).toEqual([]);
    expect(found.bystanders.map((s) => s.id)).toEqual([`gcp-provider:${POOL}/providers/mciem-wi-provider`, `gcp-pool:${POOL}`]);
  });

  it('that is nothing like ours is not told at all', () => {
    const github = provider(
      { issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '', displayName: '' },
      'github',
      `${POOL}-g`,
    );
    expect(judge(oidcProject([pool([github], `${POOL}-g`, '')], []))).toEqual({ findings: [], bystanders: [] });
  });

  it('that was deleted is gone', () => {
    const found = judge(oidcProject([pool([provider({ state: 'DELETED' })])], []));
    expect(found.findings.map((f) => f.kind)).toEqual(['gcp-pool']);
  });
});
