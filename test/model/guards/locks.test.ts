import { expect, test } from 'vitest';
import { scopeLocked, terminationProtection } from '../../../model/guards/locks.ts';

test('a lock that the cloud refuses with holds, in the cloud’s words and with what a person does', () => {
  const hold = scopeLocked('ScopeLocked', 'The scope cannot perform delete');
  expect(hold?.code).toBe('ScopeLocked');
  expect(hold?.reason).toMatch(/^The scope cannot perform delete; .*remove the lock, retry, and put it back$/);
});

test('a stack that is protected from deletion names its owner’s step', () => {
  const id = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/mciem/1';
  const { code, reason } = terminationProtection({ id, name: 'mciem', region: 'eu-west-1' });
  expect(code).toBe('TerminationProtection');
  expect(reason).toContain(`--no-enable-termination-protection --stack-name ${id} --region eu-west-1`);
});

test.each(['AuthorizationFailed', 'CannotDeleteLastRbacAdminAssignment', ''])('another refusal is no lock: "%s"', (code) => {
  expect(scopeLocked(code, 'no')).toBeUndefined();
});
