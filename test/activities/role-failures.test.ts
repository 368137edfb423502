import { expect, test } from 'vitest';
import type { DirectoryRoles } from '../../activities/entra/directory-roles.ts';
import { roleFailures } from '../../activities/start/offboarding.ts';

const WORKER = 'worker';
const nobody: DirectoryRoles = {
  workerPrincipalId: WORKER,
  workerPermissions: [],
  cloudApplicationAdministrators: ['another'],
  permissionsManagementAdministrators: [],
  eligibleAdministrators: [],
};

test.each<[string, Partial<DirectoryRoles>, boolean]>([
  ['neither the role nor the permission', {}, true],
  ['the role', { cloudApplicationAdministrators: [WORKER] }, false],
  ['the permission to manage all applications', { workerPermissions: ['User.ReadBasic.All', 'Application.ReadWrite.All'] }, false],
  ['the permission to manage its own applications', { workerPermissions: ['Application.ReadWrite.OwnedBy'] }, true],
])('a worker with %s', (_, held, fails) => {
  const failures = roleFailures({ collectors: [] }, { ...nobody, ...held });
  expect(failures.map((f) => f.includes('as the guide demands; assign that role to it, or give it the application permission'))).toEqual(
    fails ? [true] : [],
  );
});
