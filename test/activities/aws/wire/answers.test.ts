import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AttachRolePolicyCommand, DeleteRoleCommand, IAMClient, ListRolesCommand, paginateListRoles } from '@aws-sdk/client-iam';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { expect, test, vi } from 'vitest';
import { calling } from '../../../../activities/aws/wire/answers.ts';
import { classify } from '../../../../activities/aws/wire/classify.ts';
import { everyPage } from '../../../../activities/aws/wire/every-page.ts';
import { pageServer } from '../../../harness/page-server.ts';

const never = () => ({ kind: 'blocked', code: '', message: '' }) as const;
const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
const ROLES = '<ListRolesResponse><ListRolesResult><IsTruncated>false</IsTruncated><Roles/></ListRolesResult></ListRolesResponse>';
const USERS = '<ListUsersResponse><ListUsersResult><IsTruncated>false</IsTruncated><Users/></ListUsersResult></ListUsersResponse>';

/** What comes of an answer with status 200. */
async function answered(service: 'iam' | 'organizations', type: string, body: string): Promise<unknown> {
  const server = await pageServer(type, body);
  const options = { endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  try {
    if (service === 'iam')
      return await calling(new IAMClient(options), { account: 'account 1', judge: never }).send(new ListRolesCommand({}));
    return await calling(new OrganizationsClient(options), { account: 'account 1', judge: never }).send(new ListAccountsCommand({}));
  } catch (error) {
    return error;
  } finally {
    await server.close();
  }
}

const PAGE = '<!doctype html><html><title>Sign in</title></html>';

test.each([
  ['iam', 'text/html', PAGE],
  ['iam', 'text/xml', PAGE],
  ['iam', 'text/xml', ''],
  ['iam', 'text/xml', USERS],
  ['iam', 'text/xml', '<?xml version="1.0"?><html/>'],
  ['organizations', 'text/html', PAGE],
  ['organizations', 'application/x-amz-json-1.1', ''],
  ['organizations', 'application/x-amz-json-1.1', '{"Accounts": ['],
  ['organizations', 'application/json', '[]'],
] as const)('with status 200 this is no answer of %s, and is asked for again: %s %j', async (service, type, body) => {
  expect(await answered(service, type, body)).toMatchObject({ code: 'NotAnAnswer', kind: 'retry' });
});

test('an answer is one whatever its content type says', async () => {
  expect(await answered('iam', 'text/xml', ROLES)).toMatchObject({ Roles: [], IsTruncated: false });
  expect(await answered('iam', 'text/html', `<?xml version="1.0" encoding="UTF-8"?>\n${ROLES}`)).toMatchObject({ Roles: [] });
  expect(await answered('organizations', 'application/x-amz-json-1.1', '{"Accounts":[]}')).toMatchObject({ Accounts: [] });
});

test('a body that does not come whole is given up, and may be asked for again; the time that its headers took counts', async () => {
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', '0.3');
  const server = createServer((_, answer) => {
    setTimeout(() => answer.writeHead(200, { 'content-type': 'text/xml' }).write(ROLES.slice(0, 20)), 200);
    setTimeout(() => answer.end(ROLES.slice(20)), 400);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = calling(new IAMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }), {
    account: 'account 1',
    judge: never,
  });
  const failed: unknown = await client.send(new ListRolesCommand({})).catch((error: unknown) => error);
  expect(classify(failed)).toMatchObject({ kind: 'retry', code: 'TimeoutError' });
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

/** A client of IAM and a server that gives `answers` in turn, the last one for ever; `asked` tells which operations it was asked for. */
async function iamAnswering(answers: readonly (readonly [status: number, body: string])[], account = 'account 1') {
  const asked: (string | null)[] = [];
  const server = createServer((request, answer) => {
    void text(request).then((form) => {
      const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [200, ''];
      asked.push(new URLSearchParams(form).get('Action'));
      answer.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const iam = calling(new IAMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }), { account });
  const close = () => (server.closeAllConnections(), server.close());
  return { iam, asked, close };
}

const AWAY = [503, '<ErrorResponse><Error><Code>ServiceUnavailable</Code><Message>away</Message></Error></ErrorResponse>'] as const;
const OVER = [403, '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>'] as const;

test('a question is asked again after a page in place of an answer, a bad moment, a session that has just ended', async () => {
  const { iam, asked, close } = await iamAnswering([[200, PAGE], AWAY, OVER, [200, ROLES]]);
  expect(await iam.send(new ListRolesCommand({}))).toMatchObject({ Roles: [] });
  expect(asked).toEqual(['ListRoles', 'ListRoles', 'ListRoles', 'ListRoles']);
  close();
});

test.each([
  ['a bad moment', AWAY, { name: 'ServiceUnavailable' }],
  ['a page', [200, PAGE] as const, { code: 'NotAnAnswer' }],
])(
  'a change is made once, and not again after %s: how old the last look at the thing is only the engine knows',
  async (_, answer, error) => {
    const { iam, asked, close } = await iamAnswering([answer]);
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'r' }))).rejects.toMatchObject(error);
    await expect(iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/p' }))).rejects.toMatchObject(
      error,
    );
    expect(asked).toEqual(['DeleteRole', 'AttachRolePolicy']);
    close();
  },
);

const rolesPage = (more: string) => `<ListRolesResponse><ListRolesResult><Roles/>${more}</ListRolesResult></ListRolesResponse>`;
const onward = (marker: string) => [200, rolesPage(`<IsTruncated>true</IsTruncated><Marker>${marker}</Marker>`)] as const;

test.each([
  ['lead back to one that was read', [onward('a'), onward('b'), onward('a')], 'PagesGoRound', 3],
  ['say that more follow, and not where', [onward('a'), [200, rolesPage('<IsTruncated>true</IsTruncated>')] as const], 'PageMissing', 2],
])('pages that %s are no answer, and no whole listing', async (_, answers, code, asks) => {
  const { iam, asked, close } = await iamAnswering(answers);
  await expect(everyPage('ListRoles', paginateListRoles({ client: iam }, {}))).rejects.toMatchObject({ code, kind: 'retry' });
  expect(asked).toHaveLength(asks);
  close();
});

test('pages are read to their end', async () => {
  const { iam, close } = await iamAnswering([onward('a'), onward('b'), [200, ROLES]]);
  expect(await everyPage('ListRoles', paginateListRoles({ client: iam }, {}))).toHaveLength(3);
  close();
});

const BUSY = [400, '<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>'] as const;

test('a refusal of one account makes its calls wait, and no other account', async () => {
  const busy = await iamAnswering([BUSY, [200, ROLES]], 'account 7');
  const other = await iamAnswering([[200, ROLES]], 'account 8');
  await expect(busy.iam.send(new DeleteRoleCommand({ RoleName: 'r' }))).rejects.toMatchObject({ name: 'Throttling' });
  const began = Date.now();
  const waiting = busy.iam.send(new ListRolesCommand({})).then(() => Date.now() - began);
  await other.iam.send(new ListRolesCommand({}));
  expect(busy.asked).toEqual(['DeleteRole']);
  expect(await waiting).toBeGreaterThanOrEqual(300);
  busy.close();
  other.close();
});
