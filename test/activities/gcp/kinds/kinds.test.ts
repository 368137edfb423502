import { describe, expect, it } from 'vitest';
import {
  account,
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
} from '../fixtures.ts';

const AUDIENCE = 'gcp:audience:api://mciem-gcp-oidc-app';
const certain = (found: ReturnType<typeof judge>) => found.findings.filter((f) => f.confidence === 'certain').map((f) => f.kind);

describe('What onboarding left in the OIDC project', () => {
  it('is found whole: impersonation, service account, provider, pool', () => {
    const found = judge(onboarded());
    expect(certain(found)).toEqual(['gcp-impersonation-binding', 'gcp-service-account', 'gcp-provider', 'gcp-pool']);
    expect(found.findings.map((f) => f.stage)).toEqual(['impersonation', 'service-accounts', 'providers', 'pools']);
    expect(found.bystanders).toEqual([]);
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
    expect(judge(member)).toEqual({ findings: [], bystanders: [] });
  });
});
