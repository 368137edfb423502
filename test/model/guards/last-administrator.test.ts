import { expect, test } from 'vitest';
import { lastAdministrator } from '../../../model/guards/last-administrator.ts';

test('the last administrator of a scope is held, with what a person does first', () => {
  const hold = lastAdministrator('CannotDeleteLastRbacAdminAssignment', 'Deleting the last RBAC admin assignment is not supported');
  expect(hold?.code).toBe('CannotDeleteLastRbacAdminAssignment');
  expect(hold?.reason).toMatch(/^Deleting the last RBAC admin assignment .*; assign another Owner, then retry$/);
});

test.each(['ScopeLocked', 'AuthorizationFailed', ''])('another refusal says nothing of administrators: "%s"', (code) => {
  expect(lastAdministrator(code, 'no')).toBeUndefined();
});
