import { afterEach, expect, test, vi } from 'vitest';
import { classifyGcp } from '../../../../activities/gcp/wire/classify.ts';
import { connectGoogle } from '../../../../activities/gcp/wire/clients.ts';
import type { CloudSandbox } from '../../../sandbox/cloud-sandbox.ts';
import { NUMBER, POOL, PROJECT, provider, UNIQUE_ID } from '../fixtures.ts';
import { googleAt } from '../in-process.ts';

let sandbox: CloudSandbox;
afterEach(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});

test('what Google does not have is undefined when read, done when disabled or deleted, and an error when enabled', async () => {
  sandbox = await googleAt([
    { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number: NUMBER, parent: 'organizations/900' },
  ]);
  const api = connectGoogle(10);
  const { name } = provider();
  const account = `projects/${PROJECT}/serviceAccounts/${UNIQUE_ID}`;
  const role = 'organizations/900/roles/nobody';
  expect(await api.getPool(POOL)).toBeUndefined();
  expect(await api.getProvider(name)).toBeUndefined();
  expect(await api.getServiceAccount(account)).toBeUndefined();
  expect(await api.getRole(role)).toBeUndefined();
  await api.deletePool(POOL);
  await api.deletePool(name);
  await api.deleteServiceAccount(account);
  await api.deleteRole(role);
  await api.setPoolDisabled(POOL, true);
  await api.setPoolDisabled(name, true);
  await api.disableServiceAccount(account);
  expect(await api.undeleteServiceAccount(account)).toBe(false);
  for (const change of [api.setPoolDisabled(POOL, false), api.setPoolDisabled(name, false)])
    expect(classifyGcp(await change.catch((error: unknown) => error))).toMatchObject({ kind: 'blocked', code: 'NotFound' });
  const enabling = api.enableServiceAccount(account);
  expect(classifyGcp(await enabling.catch((error: unknown) => error))).toMatchObject({ kind: 'blocked', code: 'PermissionDenied' });
});
