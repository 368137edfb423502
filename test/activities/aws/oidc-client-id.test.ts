import { describe, expect, test } from 'vitest';
import { awsOidcClientId } from '../../../activities/aws/kinds/oidc-client-id/index.ts';
import type { Anchors } from '../../../model/finding.ts';
import type { ProviderState, RoleState } from '../../../activities/aws/snapshot.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { planned, TENANT } from '../planned.ts';
import { AUDIENCE, document, KNOWN, onlyItem, OTHER_TENANT, PROVIDER, provider, role, snapshot, webIdentity } from './fixtures.ts';
import { fakeAccount } from './fake-account.ts';

const OLDER = 'api://ciem-aws-oidc-app';
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

test.each<[string, ProviderState, RoleState[]]>([
  ['another client id', provider([AUDIENCE, 'api://mdc-ciem-aws']), [OIDC]],
  ['a role for another audience', provider([AUDIENCE]), [OIDC, role('payroll', document(webIdentity('api://payroll')))]],
  ['Defender’s role', provider([AUDIENCE]), [OIDC, role('DefenderForCloud-OidcCiem', document(webIdentity()))]],
])('only the client id goes when the provider serves %s', (_name, p, roles) => {
  expect(match(p, ...roles).findings).toMatchObject([{ snapshot: { Mode: 'client-id', ClientId: AUDIENCE } }]);
});

test.each([
  ['another tenant’s provider with our audience', provider([AUDIENCE], OTHER_TENANT)],
  ['this tenant’s provider without our audience', provider(['api://payroll'])],
])('%s stays', (_name, p) => {
  const { findings, sightings } = match(p, OIDC);
  expect(findings).toEqual([]);
  expect(sightings).toMatchObject([{ id: `aws-oidc-provider:${p.Arn}` }]);
});

test('the tenant’s id may be written in either case', () => {
  const upper = { ...KNOWN, issuer: `sts.windows.net/${TENANT.toUpperCase()}/` };
  expect(awsOidcClientId.match(snapshot({ providers: [provider([AUDIENCE])] }), upper).findings).toHaveLength(1);
});

describe('removal', () => {
  test('of two client ids of ours the last takes the provider with it', async () => {
    const both = provider([AUDIENCE, OLDER]);
    const account = fakeAccount({ providers: [both] });
    const [first, second] = match(both).findings.map(planned) as [PlanItem, PlanItem];
    await awsOidcClientId.remove(account, [first]);
    expect(await awsOidcClientId.read(account, second)).toEqual(second.snapshot);
    await awsOidcClientId.remove(account, [second]);
    expect(account.calls).toEqual([`removeClientId ${PROVIDER} ${AUDIENCE}`, `deleteProvider ${PROVIDER}`]);
    expect(await awsOidcClientId.read(account, second)).toBeUndefined();
    await awsOidcClientId.remove(account, [second]);
    expect(account.calls).toHaveLength(2);
  });

  const item = onlyItem(match(provider([AUDIENCE]), OIDC));

  test('is refused while a role that is there trusts the audience, unless an approved override says otherwise', async () => {
    const account = fakeAccount({ providers: [provider([AUDIENCE])], roles: [OIDC] });
    await expect(awsOidcClientId.remove(account, [item])).rejects.toMatchObject({
      code: 'StillInUse',
      kind: 'blocked',
      message: expect.stringContaining('oidc') as unknown,
    });
    expect(account.calls).toEqual([]);
    await awsOidcClientId.remove(account, [{ ...item, override: 'agreed with the owner' }]);
    expect(account.calls).toEqual([`deleteProvider ${PROVIDER}`]);
  });

  test.each([
    ['whose name the plan does not hold', role('latecomer', document(webIdentity()))],
    ['of a planned name, but made anew', { ...OIDC, RoleId: 'AROANEWCOMER' }],
  ])('is refused with an override, too, for a role %s', async (_name, newcomer) => {
    const roles = newcomer.RoleName === OIDC.RoleName ? [newcomer] : [OIDC, newcomer];
    const account = fakeAccount({ providers: [provider([AUDIENCE])], roles });
    await expect(awsOidcClientId.remove(account, [{ ...item, override: 'agreed with the owner' }])).rejects.toMatchObject({
      code: 'StillInUse',
      message: expect.stringContaining(newcomer.RoleName) as unknown,
    });
    expect(account.calls).toEqual([]);
  });

  test('does not wait for a deleted role that a listing still shows', async () => {
    const account = fakeAccount({ providers: [provider([AUDIENCE])], roles: [OIDC], lingering: ['oidc'] });
    await awsOidcClientId.remove(account, [item]);
    expect(account.calls).toEqual([`deleteProvider ${PROVIDER}`]);
  });
});

describe('Defender for Cloud', () => {
  const defended = (defender: Anchors['defender']) => {
    const { defender: _, ...anchors } = KNOWN;
    const told = defender === undefined ? anchors : { ...anchors, defender };
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
