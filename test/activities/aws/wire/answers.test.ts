import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { expect, test } from 'vitest';
import { takingAnswersOnly } from '../../../../activities/aws/wire/answers.ts';
import { classify } from '../../../../activities/aws/wire/classify.ts';
import { pageServer } from '../../../harness/page-server.ts';

const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
const ROLES = '<ListRolesResponse><ListRolesResult><IsTruncated>false</IsTruncated><Roles/></ListRolesResult></ListRolesResponse>';
const USERS = '<ListUsersResponse><ListUsersResult><IsTruncated>false</IsTruncated><Users/></ListUsersResult></ListUsersResponse>';

/** What comes of an answer with status 200. */
async function answered(service: 'iam' | 'organizations', type: string, body: string): Promise<unknown> {
  const server = await pageServer(type, body);
  const options = { endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  try {
    if (service === 'iam') return await takingAnswersOnly(new IAMClient(options)).send(new ListRolesCommand({}));
    return await takingAnswersOnly(new OrganizationsClient(options)).send(new ListAccountsCommand({}));
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

test('a body that does not come whole is given up, and may be asked for again', async () => {
  const server = createServer((_, answer) => void answer.writeHead(200, { 'content-type': 'text/xml' }).write('<ListRolesResponse>'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = takingAnswersOnly(new IAMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }), 100);
  const failed: unknown = await client.send(new ListRolesCommand({})).catch((error: unknown) => error);
  expect(classify(failed)).toMatchObject({ kind: 'retry', code: 'TimeoutError' });
  server.closeAllConnections();
  server.close();
});

test('the SDK asks again after a page in place of an answer', async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    const [type, body] = ++asked < 3 ? ['text/html', PAGE] : ['text/xml', ROLES];
    answer.writeHead(200, { 'content-type': type }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = takingAnswersOnly(new IAMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 3 }));
  expect(await client.send(new ListRolesCommand({}))).toMatchObject({ Roles: [] });
  expect(asked).toBe(3);
  server.closeAllConnections();
  server.close();
});
