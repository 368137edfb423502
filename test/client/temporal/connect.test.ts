import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { connect, connectionSettings } from '../../../client/temporal/connect.ts';

/** An environment whose `temporal.toml` is this text. */
function withProfiles(toml: string): { TEMPORAL_CONFIG_FILE: string } {
  const file = join(mkdtempSync(join(tmpdir(), 'offboard-connect-')), 'temporal.toml');
  writeFileSync(file, toml);
  return { TEMPORAL_CONFIG_FILE: file };
}

const NO_PROFILES = { TEMPORAL_CONFIG_FILE: join(tmpdir(), 'offboard-no-such-file.toml') };
const PROFILES = withProfiles(`
[profile.prod]
address = "temporal.example.com:7233"
namespace = "offboarding"
api_key = "key-of-prod"
`);

test('without an address or a profile there are no settings', () => {
  expect(connectionSettings(NO_PROFILES)).toBeUndefined();
});

test('TEMPORAL_ADDRESS alone gives the default namespace', () => {
  expect(connectionSettings({ ...NO_PROFILES, TEMPORAL_ADDRESS: 'localhost:7999' })).toMatchObject({
    address: 'localhost:7999',
    namespace: 'default',
  });
});

test('a profile gives address, namespace, API key and TLS; the environment overrides it', () => {
  const settings = connectionSettings({ ...PROFILES, TEMPORAL_PROFILE: 'prod', TEMPORAL_NAMESPACE: 'other' });
  expect(settings).toMatchObject({ address: 'temporal.example.com:7233', namespace: 'other', options: { apiKey: 'key-of-prod' } });
  expect(settings?.options.tls).toBeTruthy();
});

test('a profile that does not exist is refused by name', () => {
  expect(() => connectionSettings({ ...PROFILES, TEMPORAL_PROFILE: 'staging' })).toThrow(/staging.*temporal\.toml/s);
});

test('a server that answers is connected to', async () => {
  const address = inject('temporalAddress');
  const connection = await connect({ address, namespace: 'default', options: { address } });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(config).toBeTruthy();
  await connection.close();
});

test('a server that does not answer is refused within seconds, with address and mend', async () => {
  const began = Date.now();
  const asked = connect({ address: '127.0.0.1:1', namespace: 'default', options: { address: '127.0.0.1:1' } });
  await expect(asked).rejects.toMatchObject({
    code: 'NoServer',
    message: expect.stringMatching(/127\.0\.0\.1:1.*TEMPORAL_ADDRESS/) as string,
  });
  expect(Date.now() - began).toBeLessThan(8_000);
});

test('a namespace that does not exist is refused with the command that makes it', async () => {
  const address = inject('temporalAddress');
  const asked = connect({ address, namespace: 'nowhere', options: { address } });
  await expect(asked).rejects.toMatchObject({
    code: 'NoServer',
    message: expect.stringContaining('namespace create -n nowhere') as string,
  });
});
