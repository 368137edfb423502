import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { classify } from '../../../../activities/aws/wire/classify.ts';

/** What the real SDK makes of an answer, and the classifier of that. */
async function judge(reply: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => reply(response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const client = new IAMClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    maxAttempts: 1,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
  });
  try {
    await client.send(new GetRoleCommand({ RoleName: 'role' }));
  } catch (error) {
    return classify(error);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  throw new Error('the call was expected to fail');
}

function fault(status: number, code: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'text/xml', ...headers });
    response.end(
      `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code>` +
        `<Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    );
  };
}

test.each<[string, (response: ServerResponse) => void, object]>([
  ['NoSuchEntity', fault(404, 'NoSuchEntity'), { kind: 'blocked', code: 'NotFound' }],
  ['DeleteConflict', fault(409, 'DeleteConflict'), { kind: 'retry', code: 'DeleteConflict' }],
  ['Throttling with a pause', fault(400, 'Throttling', { 'retry-after': '2' }), { kind: 'retry', code: 'Throttling', retryAfterMs: 2_000 }],
  ['an expired session', fault(403, 'ExpiredToken'), { kind: 'retry', code: 'ExpiredToken' }],
  ['a denial', fault(403, 'AccessDenied'), { kind: 'blocked', code: 'AccessDenied' }],
  [
    'a gateway’s page',
    (r) => r.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>'),
    { kind: 'retry', code: 'Http502' },
  ],
  ['a broken connection', (r) => r.destroy(), { kind: 'retry', code: 'ECONNRESET' }],
  ['silence', () => undefined, { kind: 'retry' }],
  ['a page that is no answer', (r) => r.end('<html><br></html>'), { kind: 'blocked', code: 'Unknown' }],
])('%s, as the SDK throws it', async (_name, reply, judged) => {
  expect(await judge(reply)).toMatchObject(judged);
});
