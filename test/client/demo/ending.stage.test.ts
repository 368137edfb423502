import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tellEnd } from '../../../client/demo/ending.ts';
import { exportLine } from '../../../client/demo/stage.ts';
import type { OffboardingResult } from '../../../workflows/offboarding.ts';

const result: OffboardingResult = {
  run: 'r',
  status: 'completed',
  reason: 'read again',
  phases: [],
  leftovers: [],
  evidence: '/evidence/r',
};
const ended = { workflowId: 'offboarding-t', untouched: { objects: 87, changed: 0 }, temporalUi: 'http://127.0.0.1:1234/x' };
const staying = [{ item: 'azure-role-assignment:x', how: 'waived' as const, why: 'waived by riley: locked' }];

test('the end names what stays, and how to verify', () => {
  const told = tellEnd(result, ended, staying, true, 'offboard');
  expect(told).toContain('Stays: azure-role-assignment:x\n  waived by riley: locked\n');
  expect(told).toContain('offboard evidence verify /evidence/r\n');
});

test('the address of the UI is given as one to open only while it answers', () => {
  expect(tellEnd(result, ended, [], true, 'offboard')).toContain(`Temporal UI: ${ended.temporalUi}\n`);
  const gone = tellEnd(result, ended, [], false, 'offboard');
  expect(gone).not.toContain('Temporal UI:');
  expect(gone).toContain('Temporal ends with this program');
  expect(gone).toContain('offboard demo --keep --auto --stay');
});

test('a server of somebody else’s has no UI that we know', () => {
  expect(tellEnd(result, { ...ended, temporalUi: null }, [], false, 'offboard')).not.toMatch(/UI|--keep/);
});

test('the line for a second terminal sets just what its commands need, whatever the folder is called', () => {
  const env = { OFFBOARD_HOME: "/tmp/it's here/home", TEMPORAL_ADDRESS: '127.0.0.1:7233', OFFBOARD_TASK_QUEUE: 'q', OTHER: 'x' };
  const line = exportLine(env);
  expect(line.split('\n')).toHaveLength(1);
  const { stdout } = spawnSync('sh', ['-c', `${line}; printf '%s|' "$OFFBOARD_HOME" "$TEMPORAL_ADDRESS" "$OFFBOARD_TASK_QUEUE" "$OTHER"`], {
    env: {},
    encoding: 'utf8',
  });
  expect(stdout).toBe("/tmp/it's here/home|127.0.0.1:7233|q||");
});
