import { expect, test } from 'vitest';
import type { AwsAccountApi } from '../../../activities/aws/wire/account.ts';
import { readAccount as readGuarded, readTrusts } from '../../../activities/aws/reader.ts';
import { policyDocument } from '../../../activities/aws/snapshot.ts';
import { assumedBy, AUDIENCE, document, OIDC_ROLE, OTHER_TENANT, policy, policyArn, provider, role, webIdentity } from './fixtures.ts';
import { fakeAccount } from './fake-account.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-01-15T12:00:00Z');
const readAccount = (api: AwsAccountApi) => readGuarded(api, { usedWithin: 14 * DAY, now: NOW, settle: 1 });

const MEMBER = role('member', document(assumedBy(OIDC_ROLE)), {
  AttachedPolicies: [policyArn('custom')],
  Description: 'collects',
  MaxSessionDuration: 7200,
});

test('description and session length come from the plain listing', async () => {
  const { roles } = await readAccount(fakeAccount({ roles: [MEMBER] }));
  expect(roles).toMatchObject([{ Description: 'collects', MaxSessionDuration: 7200 }]);
});

test.each<[string, Partial<AwsAccountApi>]>([
  ['the details', { authorizationDetails: () => Promise.resolve({ roles: [], users: [], policies: [] }) }],
  ['the plain listing', { roles: () => Promise.resolve([]) }],
])('a role that %s do not show yet is read by itself', async (_name, blind) => {
  const { roles } = await readAccount({ ...fakeAccount({ roles: [MEMBER] }), ...blind });
  expect(roles).toEqual([MEMBER]);
});

test('users are listed for their ids alone, also where nothing but who trusts what is asked', async () => {
  const user = { UserId: 'AIDALIVES', UserName: 'sam', UserPolicyList: [{ PolicyName: 'p', PolicyDocument: '{}' }] };
  const account = { ...fakeAccount({}), authorizationDetails: () => Promise.resolve({ roles: [], users: [user], policies: [] }) };
  for (const read of [await readAccount(account), await readTrusts(account)]) expect(read.userIds).toEqual(['AIDALIVES']);
});

test('a role deleted between the two listings is left out', async () => {
  const account = fakeAccount({ roles: [MEMBER], lingering: ['member'] });
  expect((await readAccount({ ...account, roles: () => Promise.resolve([]) })).roles).toEqual([]);
});

test('a listing that fails is an error, never an empty account', async () => {
  const denied = Object.assign(new Error('denied'), { name: 'AccessDenied' });
  for (const call of ['authorizationDetails', 'roles', 'providerArns'] as const) {
    await expect(readAccount({ ...fakeAccount({ roles: [MEMBER] }), [call]: () => Promise.reject(denied) })).rejects.toBe(denied);
  }
});

test('only providers of Entra issuers are read', async () => {
  const account = fakeAccount({ providers: [provider([AUDIENCE]), provider([AUDIENCE], OTHER_TENANT)] });
  const asked: string[] = [];
  const { providers } = await readAccount({
    ...account,
    providerArns: async () => [
      ...(await account.providerArns()),
      'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
    ],
    provider: (arn) => {
      asked.push(arn);
      return account.provider(arn);
    },
  });
  expect(providers).toHaveLength(2);
  expect(asked).toHaveLength(2);
});

test.each([
  ['attached to a role that trusts another role', [MEMBER], 'custom', true],
  [
    'attached to a role of an Entra issuer',
    [role('oidc', document(webIdentity()), { AttachedPolicies: [policyArn('custom')] })],
    'custom',
    true,
  ],
  ['named like onboarding’s', [], 'ciem-scp-x', true],
  [
    'of nobody we could know',
    [role('deploy', document(assumedBy('arn:aws:iam::1:root')), { AttachedPolicies: [policyArn('custom')] })],
    'custom',
    false,
  ],
])('the tags of a policy %s are read only where it can concern us', async (_name, roles, name, isRead) => {
  const { state } = policy(name);
  const account = fakeAccount({ roles });
  const { Versions, Tags: _, ...listed } = state;
  const versions = Versions.map((v) => ({ VersionId: v.VersionId, Document: JSON.stringify(v.Document) }));
  const { policies } = await readAccount({
    ...account,
    authorizationDetails: async () => ({
      ...(await account.authorizationDetails()),
      policies: [{ ...listed, PolicyVersionList: versions }],
    }),
    policy: () => Promise.resolve({ ...listed, AttachmentCount: 1, Tags: [{ Key: 'owner', Value: 'x' }] }),
  });
  expect(policies).toEqual(isRead ? [{ state: { ...state, Tags: { owner: 'x' } }, attachmentCount: 1, boundaryCount: 0 }] : []);
});

test('a document is the same value however IAM encodes and orders it', () => {
  const value = { Statement: [{ Action: ['b:*', 'a:100%'], Principal: { AWS: ['2', '1'] } }] };
  const sorted = { Statement: [{ Action: ['a:100%', 'b:*'], Principal: { AWS: ['1', '2'] } }] };
  expect(policyDocument(JSON.stringify(value))).toEqual(sorted);
  expect(policyDocument(encodeURIComponent(JSON.stringify(value)))).toEqual(sorted);
});

test.each([
  ['yesterday', new Date(NOW.getTime() - DAY), 'last used 2026-01-14T12:00:00.000Z in eu-west-1'],
  ['three weeks ago', new Date(NOW.getTime() - 21 * DAY), undefined],
  ['never', undefined, undefined],
])('a role that was used %s is told beside the roles, never within what is compared', async (_name, LastUsedDate, told) => {
  const account = fakeAccount({ roles: [MEMBER] });
  const { roles, users, policies } = await account.authorizationDetails();
  const RoleLastUsed = LastUsedDate ? { LastUsedDate, Region: 'eu-west-1' } : {};
  const authorizationDetails = () => Promise.resolve({ roles: roles.map((r) => ({ ...r, RoleLastUsed })), users, policies });
  const read = await readAccount({ ...account, authorizationDetails });
  expect(read.usedRecently).toEqual(told === undefined ? {} : { [MEMBER.Arn]: told });
  expect(read.roles).toEqual([MEMBER]);
});

test('the role the worker entered by and the role it runs under are told, path and all', async () => {
  const trust = document(assumedBy('arn:aws:iam::1:root'));
  const entry = role('offboarding-entry', trust, { Path: '/ops/' });
  const own = role('offboarding-worker', trust);
  const account = fakeAccount({ roles: [MEMBER, entry, own] });
  expect((await readAccount(account)).ourselves).toEqual([entry.Arn]);
  const worker = (id: string) => ({ account: id, arn: `arn:aws:sts::${id}:assumed-role/offboarding-worker/i-0123` });
  const inside = await readAccount({ ...account, worker: () => Promise.resolve(worker(account.account)) });
  expect(inside.ourselves).toEqual([own.Arn, entry.Arn].toSorted());
  const elsewhere = await readAccount({ ...account, worker: () => Promise.resolve(worker('999900001111')) });
  expect(elsewhere.ourselves).toEqual([entry.Arn]);
});
