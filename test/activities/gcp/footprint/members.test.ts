import { expect, test } from 'vitest';
import { accountOf } from '../../../../activities/gcp/footprint/grants.ts';
import {
  accountHeldBy,
  addressEnd,
  addressOf,
  formsOf,
  poolMember,
  poolOf,
  projectOfAddress,
} from '../../../../activities/gcp/footprint/members.ts';
import { EMAIL, principals, PROJECT, UNIQUE_ID } from '../fixtures.ts';

const OURS = `serviceAccount:${EMAIL}`;
const DEAD = `deleted:${OURS}?uid=${UNIQUE_ID}`;

test('an account stands in a policy alive, or deleted under its unique id; everybody else in one form', () => {
  expect(formsOf(OURS, UNIQUE_ID)).toEqual({ live: OURS, deleted: DEAD });
  expect(formsOf(DEAD, UNIQUE_ID)).toEqual({ live: OURS, deleted: DEAD });
  for (const other of ['group:data@contoso.example', principals()]) expect(formsOf(other, '')).toEqual({ live: other });
});

test('a member is ours alive, in whatever case, and deleted under its unique id alone', () => {
  const facts = { gcpServiceAccounts: [{ email: EMAIL, uniqueId: UNIQUE_ID, confidence: 'certain' as const }] };
  for (const member of [OURS, DEAD, OURS.replace('mciem', 'MCIEM')]) expect(accountHeldBy(member, facts)).toBeDefined();
  for (const member of [`deleted:${OURS}?uid=999`, `user:${EMAIL}`, `${OURS}.example`])
    expect(accountHeldBy(member, facts)).toBeUndefined();
});

test('an address names its project, one of a domain as well', () => {
  expect(projectOfAddress(EMAIL)).toBe(PROJECT);
  expect(projectOfAddress('mciem-service@web.example.com.iam.gserviceaccount.com')).toBe('example.com:web');
  expect(projectOfAddress('481516234200-compute@developer.gserviceaccount.com')).toBeUndefined();
  expect(addressEnd('example.com:web')).toBe('@web.example.com.iam.gserviceaccount.com');
  expect(addressEnd(PROJECT)).toBe(`@${PROJECT}.iam.gserviceaccount.com`);
  expect(addressOf(DEAD)).toBe(EMAIL);
  expect(addressOf('user:sam@contoso.example')).toBeUndefined();
});

test('identities of a pool are told by its project’s number, its id and which of them they are', () => {
  expect(poolMember(principals('pool', 'attribute.appid/x', '7'))).toEqual({
    projectNumber: '7',
    pool: 'pool',
    selector: 'attribute.appid/x',
  });
  expect(poolMember(`deleted:${principals('pool', '*', '7')}`)).toMatchObject({ pool: 'pool' });
  expect(poolOf(principals('pool', '*', '7'), '8')).toBeUndefined();
  expect(poolMember(OURS)).toBeUndefined();
});

test('a grant names its account by project; one of a pool’s identities on a project names none', () => {
  const grant = {
    resource: 'folders/77',
    role: 'roles/viewer',
    member: 'serviceAccount:a@web.example.com.iam.gserviceaccount.com',
    condition: null,
  };
  expect(accountOf(grant)).toBe('projects/example.com:web/serviceAccounts/a@web.example.com.iam.gserviceaccount.com');
  expect(accountOf({ ...grant, member: principals() })).toBeUndefined();
});
