import { expect, test } from 'vitest';
import { taskQueueOf } from '../../temporal/connect.ts';
import { unsetEmpty } from '../../temporal/unset-empty.ts';

test('a variable of ours or of Temporal that is set to nothing is as if it were not set; others are nobody’s business here', () => {
  const environment = { OFFBOARD_HOME: '', OFFBOARD_TASK_QUEUE: '', TEMPORAL_NAMESPACE: '', OFFBOARD_USER: 'sam', AWS_PROFILE: '' };
  unsetEmpty(environment);
  expect(environment).toEqual({ OFFBOARD_USER: 'sam', AWS_PROFILE: '' });
  expect(taskQueueOf(environment)).toBe('mepm-offboard');
});
