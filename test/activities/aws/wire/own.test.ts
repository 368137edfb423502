import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownClient, ownCredentials } from '../../../../activities/aws/wire/own.ts';
import { classify } from '../../../../activities/aws/wire/classify.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-own-'));
const file = join(folder, 'credentials');
const write = (key: string) => writeFileSync(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\n`);

/** What STS says to a key; any other is accepted. */
const says = new Map<string, string>();
let keys: string[];
let server: Server;
beforeEach(async () => {
  keys = [];
  says.clear();
  server = createServer(({ headers }, answer) => {
    const key = /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
    keys.push(key);
    const code = says.get(key);
    answer
      .writeHead(code ? 403 : 200, { 'content-type': 'text/xml' })
      .end(
        code
          ? `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`
          : `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(file, { force: true });
});

function own() {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = ownClient(() => new STSClient({ region: 'us-east-1', endpoint, maxAttempts: 1, credentials: ownCredentials() }));
  return () => ask((sts) => sts.send(new GetCallerIdentityCommand({})));
}

test.each(['ExpiredToken', 'InvalidClientTokenId'])(
  'credentials that are renewed in their file while the worker runs are read again after %s',
  async (code) => {
    write('OLD');
    const ask = own();
    await ask();
    write('NEW');
    says.set('OLD', code);
    expect(await ask()).toMatchObject({ Account: '1' });
    await ask();
    expect(keys).toEqual(['OLD', 'OLD', 'NEW', 'NEW']);
  },
);

test("as long as nobody renews them it is the worker's own that are over, which is tried again; then the run goes on", async () => {
  write('OLD');
  says.set('OLD', 'ExpiredToken');
  const ask = own();
  const failed: unknown = await ask().catch((error: unknown) => error);
  expect(classify(failed)).toMatchObject({
    kind: 'retry',
    code: 'OwnCredentialsOver',
    message: expect.stringContaining('aws sso login') as string,
  });
  write('NEW');
  expect(await ask()).toMatchObject({ Account: '1' });
});

test('what is refused for another reason is asked once', async () => {
  write('OLD');
  says.set('OLD', 'AccessDenied');
  expect(classify(await own()().catch((error: unknown) => error))).toMatchObject({ kind: 'blocked', code: 'AccessDenied' });
  expect(keys).toEqual(['OLD']);
});

test('without any the words of the SDK are told, with the mend', async () => {
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  expect(classify(await own()().catch((error: unknown) => error))).toMatchObject({
    kind: 'blocked',
    message: expect.stringMatching(/Could not load credentials from any providers; give the worker credentials/) as string,
  });
});
