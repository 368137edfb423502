import { describe, expect, it, test } from 'vitest';
import type { Provider } from '../../../activities/gcp/snapshot.ts';
import {
  account,
  anchorsOf,
  EMAIL,
  judge,
  oidcProject,
  onboarded,
  pool,
  POOL,
  principals,
  PROJECT,
  provider,
  UNIQUE_ID,
  workloadUser,
} from './fixtures.ts';

const AUDIENCE = 'gcp:audience:api://mciem-gcp-oidc-app';
const certain = (found: ReturnType<typeof judge>) => found.findings.filter((f) => f.confidence === 'certain').map((f) => f.kind);

describe('What onboarding left in the OIDC project', () => {
  it('is found whole: impersonation, service account, provider, pool', () => {
    const found = judge(onboarded());
    expect(certain(found)).toEqual(['gcp-impersonation-binding', 'gcp-service-account', 'gcp-provider', 'gcp-pool']);
    expect(found.findings.map((f) => f.stage)).toEqual(['impersonation', 'service-accounts', 'providers', 'pools']);
    expect(found.sightings).toEqual([]);
  });

  it('is tied together by what each needs to be gone before', () => {
    const [impersonation, serviceAccount, wip, wiPool] = judge(onboarded()).findings;
    expect(wiPool?.provides).toEqual([`gcp:pool:${POOL}`]);
    expect(serviceAccount?.provides).toEqual([`gcp:service-account:${EMAIL}`]);
    expect(impersonation?.uses).toEqual([`gcp:service-account:${EMAIL}`, `gcp:pool:${POOL}`]);
    expect(wip?.uses).toEqual([`gcp:pool:${POOL}`, AUDIENCE]);
  });

  it('is found under any name, and by its condition in any kind of quotes', () => {
    const renamed = oidcProject(
      [
        pool(
          [provider({ displayName: 'x', attributeCondition: 'attribute.appid=="b46c3ac5-9da6-418f-a849-0a07a10b3c6c"' }, 'x', `${POOL}x`)],
          `${POOL}x`,
          'y',
        ),
      ],
      [account([workloadUser(principals('mciem-wi-poolx'))], { email: `z@${PROJECT}.iam.gserviceaccount.com`, displayName: '' })],
    );
    expect(certain(judge(renamed))).toHaveLength(4);
  });

  it('records the unique id, and whether it was enabled, for an undelete', () => {
    const found = judge(onboarded()).findings.find((f) => f.kind === 'gcp-service-account');
    expect(found?.snapshot).toEqual({
      name: `projects/${PROJECT}/serviceAccounts/${EMAIL}`,
      email: EMAIL,
      uniqueId: UNIQUE_ID,
      displayName: 'ms-ciem-service-account',
      description: '',
      disabled: false,
    });
  });

  it('is not looked for in other projects', () => {
    const { oidc: _, ...member } = onboarded();
    expect(judge(member)).toEqual({ findings: [], sightings: [] });
  });
});

describe('A provider', () => {
  it("of Defender's is never ours, even with the very same issuer, audience and app id, and keeps application and sign-in in place", () => {
    const found = judge(oidcProject([pool([provider({}, 'ciem-discovery')])], []));
    expect(found.findings).toEqual([]);
    expect(found.sightings).toMatchObject([
      { id: `gcp-provider:${POOL}/providers/ciem-discovery`, uses: [AUDIENCE, 'ciem:sign-in'] },
      { id: `gcp-pool:${POOL}` },
    ]);
  });

  it("of another tenant's is a sighting that uses nothing of this tenant", () => {
    const other = provider({ issuer: 'https://sts.windows.net/99999999-2b35-4f6e-9a87-1d2c3b4a5f60/' });
    const found = judge(oidcProject([pool([other])], [account([workloadUser(principals())])]));
    expect(found.findings).toEqual([]);
    expect(found.sightings.find((s) => s.id.startsWith('gcp-provider:'))?.uses).toEqual([]);
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

  it('that only carries the name is a sighting', () => {
    const found = judge(
      oidcProject([pool([provider({ issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '' })])], []),
    );
    expect(found.findings).toEqual([]);
    expect(found.sightings.map((s) => s.id)).toEqual([`gcp-provider:${POOL}/providers/mciem-wi-provider`, `gcp-pool:${POOL}`]);
  });

  it('that is nothing like ours is not told at all', () => {
    const github = provider(
      { issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '', displayName: '' },
      'github',
      `${POOL}-g`,
    );
    expect(judge(oidcProject([pool([github], `${POOL}-g`, '')], []))).toEqual({ findings: [], sightings: [] });
  });

  it('that was deleted is gone', () => {
    const found = judge(oidcProject([pool([provider({ state: 'DELETED' })])], []));
    expect(found.findings.map((f) => f.kind)).toEqual(['gcp-pool']);
  });
});

describe('A pool', () => {
  const github = provider(
    { issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '', displayName: '' },
    'github',
  );

  it('with another live provider stays: only ours goes, and a sighting says why', () => {
    const found = judge(oidcProject([pool([provider(), github])], []));
    expect(certain(found)).toEqual(['gcp-provider']);
    expect(found.sightings).toMatchObject([{ id: `gcp-pool:${POOL}`, why: expect.stringContaining('github') as string }]);
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

  it('that only carries the name is a sighting', () => {
    const found = judge(oidcProject([pool([])], []));
    expect(found.findings).toEqual([]);
    expect(found.sightings).toMatchObject([{ id: `gcp-pool:${POOL}` }]);
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
      expect(anchorsOf(oidcProject([shared], [account([workloadUser(principals())], deployer)])).gcpServiceAccounts).toEqual([]);
    });

    it('still gives away our account by the app id it trusts', () => {
      const byApp = principals('mciem-wi-pool', 'attribute.appid/b46c3ac5-9da6-418f-a849-0a07a10b3c6c');
      const found = judge(oidcProject([shared], [account([workloadUser(byApp)], { displayName: '' })]));
      expect(certain(found)).toEqual(['gcp-impersonation-binding', 'gcp-service-account', 'gcp-provider']);
    });
  });
});
