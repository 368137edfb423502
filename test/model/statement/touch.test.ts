import { expect, test } from 'vitest';
import type { Policy } from '../../../model/policy.ts';
import { proofVerdict } from '../../../model/statement/proof.ts';
import { normalSshKey } from '../../../model/statement/ssh-signature.ts';
import { statementText, type Where } from '../../../model/statement/statement.ts';
import { securityKey } from '../../harness/security-key.ts';

const key = securityKey('ed25519');
const policy: Policy = {
  identity: 'ssh',
  people: [{ name: 'riley', keys: [{ key: normalSshKey(key.line) }] }],
  approvers: ['riley'],
  fourEyes: false,
  maxItems: 10,
};
const WHERE: Where = { namespace: 'default', workflowId: 'offboarding-x', run: { first: 'f' } };
const AT = new Date('2026-11-27T10:00:00.000Z');
const said = { gate: 'plan' as const, opening: 1, planHash: 'a'.repeat(64), by: 'riley', reason: 'read it' };

function verdict(touched: boolean, touch?: boolean) {
  const statement = statementText(WHERE, 'approve', said, AT, 3_600_000);
  const decision = { kind: 'approve' as const, ...said, proof: { statement, signature: key.signed(statement, touched) } };
  const now = { ...policy, ...(touch === undefined ? {} : { touch }) };
  return proofVerdict('approve', decision, { policy: now, where: WHERE, arrivedAt: new Date(AT.getTime() + 60_000) });
}

test('where the policy demands a hand, a security key that saw none proves nothing', () => {
  expect(verdict(true, true)).toEqual({ ok: true });
  expect(verdict(false, true)).toMatchObject({
    ok: false,
    code: 'ProofWrong',
    message: expect.stringContaining('not of a security key that its owner touched') as string,
  });
  expect(verdict(false)).toEqual({ ok: true });
});
