import { expect, test } from 'vitest';
import { counted } from '../../../model/counted.ts';
import { decisionWords, reasonOf, type Decision } from '../../../model/messages/index.ts';

const HASH = 'ab'.repeat(32);
const ITEMS = { count: 1, hash: 'h' };

const DECISIONS: [decision: Decision, items: string[] | undefined, what: string, why: string][] = [
  [
    { kind: 'approve', gate: 'plan', opening: 2, planHash: HASH, by: 'riley', reason: 'read it' },
    undefined,
    `approve gate plan, opening 2, plan ${HASH}`,
    'read it',
  ],
  [
    { kind: 'reject', gate: 'collectors', opening: 1, planHash: HASH, by: 'riley', reason: 'not now' },
    undefined,
    `reject gate collectors, opening 1, plan ${HASH}`,
    'not now',
  ],
  [{ kind: 'waive', items: ITEMS, by: 'riley', reason: 'locked' }, ['aws-role:a', 'aws-role:b'], 'waive aws-role:a, aws-role:b', 'locked'],
  [{ kind: 'retry', items: ITEMS, by: 'riley', reason: 'unlocked' }, undefined, 'retry 1 item', 'unlocked'],
  [
    { kind: 'amend', by: 'sam', reason: 'mended', overrides: [{ item: 'aws-role:a', reason: 'it is ours' }] },
    undefined,
    'amend the plan, lift the guard of aws-role:a (it is ours)',
    'mended',
  ],
  [{ kind: 'attest', collector: 'data-collector:c', by: 'riley', statement: 'retired' }, undefined, 'attest data-collector:c', 'retired'],
  [{ kind: 'pause', by: 'sam' }, undefined, 'pause the run', ''],
];

test.each(DECISIONS)('a decision is told with all it names: $kind', (decision, items, what, why) => {
  const told = { decision, ...(items ? { items } : {}) };
  expect([decisionWords(told), reasonOf(told)]).toEqual([what, why]);
});

test('one is not many', () => {
  expect([counted(0, 'item'), counted(1, 'item'), counted(2, 'item')]).toEqual(['0 items', '1 item', '2 items']);
});
