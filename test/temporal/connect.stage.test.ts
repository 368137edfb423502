import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect, connectionSettings, profileSought } from '../../temporal/connect.ts';
import { suite } from '../harness/suite.ts';

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

test.each(['http://localhost:7233', 'localhost:7233 ', 'localhost:7233/x', 'me@localhost:7233'])(
  '%j is no address, and says so',
  (said) => {
    const told = /^TEMPORAL_ADDRESS: '.*' is no address; write host:port alone, such as 127\.0\.0\.1:7233$/;
    expect(() => connectionSettings({ ...NO_PROFILES, TEMPORAL_ADDRESS: said })).toThrow(told);
  },
);

test('a profile gives address, namespace, API key and TLS; the environment overrides it', () => {
  const settings = connectionSettings({ ...PROFILES, TEMPORAL_PROFILE: 'prod', TEMPORAL_NAMESPACE: 'other' });
  expect(settings).toMatchObject({ address: 'temporal.example.com:7233', namespace: 'other', options: { apiKey: 'key-of-prod' } });
  expect(settings?.options.tls).toBeTruthy();
});

test('a profile that does not exist is refused by name', () => {
  expect(() => connectionSettings({ ...PROFILES, TEMPORAL_PROFILE: 'staging' })).toThrow(/staging.*temporal\.toml/s);
});

test.each([
  ['a file that is not there', NO_PROFILES, [NO_PROFILES.TEMPORAL_CONFIG_FILE, 'there is no', 'profile default']],
  ['a file without the profile', PROFILES, [PROFILES.TEMPORAL_CONFIG_FILE, 'has no profile default', 'it has prod', 'TEMPORAL_PROFILE']],
  ['a profile that is misspelt', { ...PROFILES, TEMPORAL_PROFILE: 'prd' }, ['has no profile prd', 'it has prod']],
  ['a profile without an address', withProfiles('[profile.default]\nnamespace = "x"\n'), ['profile default in', 'names no address']],
])('with %s, file and profile are told, and the profiles there are', (_, environment, words) => {
  for (const word of words) expect(profileSought(environment)).toContain(word);
});

test('a misspelt profile is refused with the file and the profiles it has', () => {
  const asked = () => connectionSettings({ ...PROFILES, TEMPORAL_PROFILE: 'prd' });
  expect(asked).toThrow(`${PROFILES.TEMPORAL_CONFIG_FILE} has no profile prd; it has prod`);
});

test('a server that answers is connected to', async () => {
  const address = suite('temporalAddress');
  const connection = await connect({ address, namespace: 'default', options: { address } });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(config).toBeTruthy();
  await connection.close();
});

test('a server that does not answer is refused in time, with address and mend', async () => {
  const asked = connect({ address: '127.0.0.1:1', namespace: 'default', options: { address: '127.0.0.1:1' } }, 200);
  await expect(asked).rejects.toMatchObject({
    code: 'NoServer',
    message: expect.stringMatching(/127\.0\.0\.1:1 within 0\.2 s.*TEMPORAL_ADDRESS/) as string,
  });
});

test('a namespace that does not exist is refused with the command that makes it', async () => {
  const address = suite('temporalAddress');
  const asked = connect({ address, namespace: 'nowhere', options: { address } });
  await expect(asked).rejects.toMatchObject({
    code: 'NoServer',
    message: expect.stringContaining('namespace create -n nowhere') as string,
  });
});
