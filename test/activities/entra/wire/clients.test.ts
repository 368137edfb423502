import { expect, test } from 'vitest';
import { connectEntra } from '../../../../activities/entra/wire/clients.ts';
import { startCloudSandbox } from '../../../sandbox/cloud-sandbox.ts';
import { ENTRA } from '../../../sandbox/small-estate.ts';

const NOBODY = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e2ff';

test('what Graph does not have is undefined when read, done when deleted, and false when it cannot be changed', async () => {
  const sandbox = await startCloudSandbox(ENTRA);
  try {
    const api = connectEntra({ url: `${sandbox.origin}/graph`, tokenScope: 'https://graph.microsoft.com/.default' }, sandbox.credential);
    expect(await api.getApplication(NOBODY)).toBeUndefined();
    expect(await api.listFederatedCredentials(NOBODY)).toBeUndefined();
    expect(await api.getServicePrincipal(NOBODY)).toBeUndefined();
    expect(await api.getUserPrincipalName(NOBODY)).toBeUndefined();
    expect(await api.listAppRoleAssignments(NOBODY)).toBeUndefined();
    expect(await api.setSignIn(NOBODY, false)).toBe(false);
    expect(await api.restoreDeleted(NOBODY)).toBe(false);
    await api.deleteApplication(NOBODY);
  } finally {
    await sandbox.close();
  }
});
