import { expect, test } from 'vitest';
import { isReady, mendsOf, renderDoctor, workerChecks } from '../../../client/render/doctor.ts';
import type { CloudExam, WorkerExam } from '../../../model/doctor.ts';

const CLOUD: CloudExam = { cloud: 'aws', who: ['arn'], answered: 1, of: 1, asked: { discover: 2 }, lacks: [], troubles: [], grants: [] };
const EXAM: WorkerExam = {
  clouds: [CLOUD],
  records: { ok: true, where: 'a file', engine: 'SQLite', schema: 1 },
  policy: { ok: true, identity: 'ssh', approvers: 2 },
  clock: { worker: 1_000_000, temporal: 999_990 },
  proxy: {},
};
const shown = (change: Partial<WorkerExam>) => renderDoctor(workerChecks({ ...EXAM, ...change }));
const aws = (change: Partial<CloudExam>) => shown({ clouds: [{ ...CLOUD, ...change }] });
const LACK = { use: 'discover' as const, permission: 'iam:ListRoles', systems: ['aws:1' as const], of: 1 };

test('where nothing is to be mended it ends with ready', () => {
  expect(shown({})).toMatch(/to discover: 2 of 2 permissions, in 1 of 1 system[\s\S]*\n\nready$/);
});

test('what can be left out is told with its price, and keeps nothing from being ready', () => {
  const out = aws({ lacks: [{ ...LACK, state: 'missing', without: 'something is not known' }] });
  expect(out).toContain('to discover: 1 of 2 permissions');
  expect(out).toMatch(/less +to discover: without iam:ListRoles in aws:1 something is not known/);
  expect(out).toMatch(/ready$/);
});

test('what is missing, what is not known and what could not be asked each are to be mended, by number', () => {
  const lacks: CloudExam['lacks'] = [
    { ...LACK, state: 'missing', of: 7 },
    { ...LACK, permission: 'iam:GetRole', state: 'not known', reason: 'it is refused' },
  ];
  const out = aws({
    lacks,
    troubles: [{ system: 'aws:2', reason: 'nobody gets in' }],
    grants: [{ use: 'discover', how: 'a policy', text: '{\n}' }],
  });
  expect(out).toContain('aws:2: nobody gets in');
  expect(out).toMatch(/mend +to discover: iam:ListRoles missing in aws:1 and 6 more/);
  expect(out).toMatch(/not known +to discover: 1 permission in aws:1 cannot be asked: it is refused/);
  expect(out).toContain('Not ready. To be mended: 3\n\n1. AWS: nobody gets in (aws:2); ');
  expect(out).toContain('2. AWS: give the worker 1 permission to discover, by a policy:\n     {\n     }\n3. AWS: let the worker ask');
  expect(out).not.toMatch(/ok +to discover/);
});

test('a system that did not answer is never counted as one that has the permissions', () => {
  expect(aws({ answered: 0, of: 1, troubles: [{ system: 'aws:1', reason: 'away' }] })).not.toContain('to discover: 2 of 2');
});

test.each([
  [-61_000, "the worker's is 61 s behind Temporal's"],
  [61_000, "the worker's is 61 s ahead of Temporal's"],
])('a clock that is wrong by %i ms is to be mended', (skew, says) => {
  const checks = workerChecks({ ...EXAM, clock: { worker: 1_000_000 + skew, temporal: 1_000_000 } });
  expect(checks.filter((c) => c.state === 'bad').map((c) => [c.says, c.mend === undefined])).toEqual([[says, false]]);
  expect(isReady(checks)).toBe(false);
});

test('the portal is told where the manifest drives a collector through it, and only there', () => {
  expect(shown({})).not.toContain('Portal');
  expect(shown({ portal: { ok: true, collectors: 1 } })).toMatch(/^Portal +ok /m);
  expect(shown({ portal: { ok: false, reason: 'away' } })).toMatch(/1\. Portal: away; or give the collectors/);
});

test('records and a policy that cannot be taken are to be mended, in their own words', () => {
  const checks = workerChecks({ ...EXAM, records: { ok: false, reason: 'the disk is full' }, policy: { ok: false, reason: 'line 3' } });
  expect(mendsOf(checks).map((m) => m.about)).toEqual(['records', 'policy']);
  expect(checks.filter((c) => c.state === 'bad').map((c) => [c.about, c.says])).toEqual([
    ['records', 'the disk is full'],
    ['policy', 'line 3'],
  ]);
});
