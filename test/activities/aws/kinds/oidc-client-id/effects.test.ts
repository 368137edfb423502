import { describe, expect, test } from 'vitest';
import { awsOidcClientId } from '../../../../../activities/aws/kinds/oidc-client-id/index.ts';
import type { ProviderState, RoleState } from '../../../../../activities/aws/snapshot.ts';
import type { PlanItem } from '../../../../../model/plan.ts';
import { planned } from '../../../planned.ts';
import { fakeAccount } from '../../fake-account.ts';
import { AUDIENCE, document, KNOWN, onlyItem, PROVIDER, provider, role, snapshot, webIdentity } from '../../fixtures.ts';

const OLDER = 'api://ciem-aws-oidc-app';
const OIDC = role('oidc', document(webIdentity()));
const match = (p: ProviderState, ...roles: RoleState[]) => awsOidcClientId.match(snapshot({ providers: [p], roles }), KNOWN);

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
    ['of a planned name, but made again', { ...OIDC, RoleId: 'AROANEWCOMER' }],
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
