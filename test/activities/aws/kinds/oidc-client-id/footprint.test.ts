import { describe, expect, test } from 'vitest';
import { awsOidcClientId } from '../../../../../activities/aws/kinds/oidc-client-id/index.ts';
import type { Facts } from '../../../../../model/finding.ts';
import type { ProviderState, RoleState } from '../../../../../activities/aws/snapshot.ts';
import { TENANT } from '../../../planned.ts';
import { AUDIENCE, document, KNOWN, OTHER_TENANT, PROVIDER, provider, role, snapshot, webIdentity } from '../../fixtures.ts';

const OIDC = role('oidc', document(webIdentity()));
const match = (p: ProviderState, ...roles: RoleState[]) => awsOidcClientId.match(snapshot({ providers: [p], roles }), KNOWN);

test('the provider goes with the client id when only our role trusts it', () => {
  const { findings } = match(provider([AUDIENCE]), OIDC);
  expect(findings).toMatchObject([
    {
      id: `aws-oidc-client-id:${PROVIDER}#${AUDIENCE}`,
      stage: 'after-roles',
      provides: [`aws:client-id:${PROVIDER}#${AUDIENCE}`],
      uses: [`aws:audience:${AUDIENCE}`],
      snapshot: { Mode: 'provider', OtherClientIds: [] },
    },
  ]);
});

test('with both of onboarding’s client ids neither takes the provider along for certain: it goes with whichever goes last', () => {
  const { findings } = match(provider([AUDIENCE, 'api://ciem-aws-oidc-app']), OIDC);
  expect(findings.map((f) => f.title)).toEqual(
    [AUDIENCE, 'api://ciem-aws-oidc-app'].map(
      (id) => `Client id ${id} of the OIDC provider sts.windows.net/${TENANT}/, and the provider with the last of its client ids`,
    ),
  );
  for (const { why } of findings)
    expect(why).toContain("the provider has only Permissions Management's client ids, and goes with the last of them");
});

test.each<[string, ProviderState, RoleState[]]>([
  ['another client id', provider([AUDIENCE, 'api://mdc-ciem-aws']), [OIDC]],
  ['a role for another audience', provider([AUDIENCE]), [OIDC, role('payroll', document(webIdentity('api://payroll')))]],
  [
    'a role that names no provider',
    provider([AUDIENCE]),
    [OIDC, role('payroll', document({ ...webIdentity('api://payroll'), Principal: '*' }))],
  ],
  ['Defender’s role', provider([AUDIENCE]), [OIDC, role('DefenderForCloud-OidcCiem', document(webIdentity()))]],
])('only the client id goes when the provider serves %s', (_name, p, roles) => {
  expect(match(p, ...roles).findings).toMatchObject([{ snapshot: { Mode: 'client-id', ClientId: AUDIENCE } }]);
});

test.each([
  ['another tenant’s provider with our audience', provider([AUDIENCE], OTHER_TENANT)],
  ['this tenant’s provider without our audience', provider(['api://payroll'])],
])('%s stays', (_name, p) => {
  const { findings, bystanders } = match(p, OIDC);
  expect(findings).toEqual([]);
  expect(bystanders).toMatchObject([{ id: `aws-oidc-provider:${p.Arn}` }]);
});

test('the tenant’s id may be written in either case', () => {
  const upper = { ...KNOWN, issuer: `sts.windows.net/${TENANT.toUpperCase()}/` };
  expect(awsOidcClientId.match(snapshot({ providers: [provider([AUDIENCE])] }), upper).findings).toHaveLength(1);
});

describe('Defender for Cloud', () => {
  const defended = (defender: Facts['defender']) => {
    const { defender: _, ...facts } = KNOWN;
    const told = defender === undefined ? facts : { ...facts, defender };
    return awsOidcClientId.match(snapshot({ providers: [provider([AUDIENCE])] }), told).findings[0]?.hold;
  };

  test('holds the client id while it uses it, and while nobody could look', () => {
    const hold = { code: 'SharedWithDefender', reason: expect.stringContaining('shared with Defender for Cloud') as unknown };
    expect(defended({ state: 'in-use', why: ['the plan CloudPosture'] })).toMatchObject(hold);
    expect(defended({ state: 'unknown', why: ['denied'] })).toMatchObject(hold);
    expect(defended(undefined)).toMatchObject(hold);
  });

  test('does not hold it where it was looked for and is absent', () => {
    expect(defended({ state: 'absent', why: [] })).toBeUndefined();
  });
});
