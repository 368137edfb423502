import { expect, test } from 'vitest';
import { Decisions } from '../../../client/records/verify-decisions.ts';
import type { JournalRecord } from '../../../model/ledger.ts';
import { PolicySchema } from '../../../model/policy.ts';

const AT = '2026-11-27T00:00:00.000Z';

test('where names are asserted a statement that stands twice proves nothing, and makes no evidence wrong', () => {
  const decisions = new Decisions('offboarding-t_r');
  const resume: JournalRecord = { type: 'decision', decision: { kind: 'resume', by: 'riley', proof: { statement: '{}', signature: '' } } };
  const policy = PolicySchema.parse({ identity: 'asserted', approvers: ['riley'] });
  const lines: JournalRecord[] = [{ type: 'policy', policy }, resume, resume];
  expect(lines.map((line) => decisions.take(AT, line))).toEqual([undefined, undefined, undefined]);
});
