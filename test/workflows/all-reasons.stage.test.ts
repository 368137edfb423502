import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ROLE_ARN, OIDC_ROLE_ARN, smallEstate } from '../harness/estate.ts';
import { approveGate, planOf, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const MEMBER = `aws-role:${MEMBER_ROLE_ARN}`;
const OIDC = `aws-role:${OIDC_ROLE_ARN}`;

test('what waits for a thing that a person has to decide about says its own reasons in the same round, and one decision settles both', async () => {
  const run = await startedRun(stage, smallEstate());
  await planOf(stage, run);
  // Others change the member role; and of the OIDC role, which waits for it, they let themselves in as well.
  await stage.sandbox.change(({ entries }) => {
    const { object: member } = entries[MEMBER] as { object: { description?: string } };
    const { object: oidc } = entries[OIDC] as { object: { trust: { Statement: object[] } } };
    member.description = 'kept for the auditors';
    oidc.trust.Statement.push({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999900001111:root' }, Action: 'sts:AssumeRole' });
  });
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const of = (id: string) => unresolved.find((o) => o.item === id);
  expect(of(MEMBER)).toMatchObject({ code: 'Doubt', reason: expect.stringContaining('kept for the auditors') as string });
  expect(of(OIDC)).toMatchObject({ code: 'SharedTrust' });
  for (const told of ['lets in arn:aws:iam::999900001111:root', 'changed since the plan was made', `waits for ${MEMBER}`])
    expect(of(OIDC)?.reason).toContain(told);
  expect(await stage.offboard('waive', run, MEMBER, OIDC, '--by', APPROVER, '--reason', 'the auditors need both')).toMatchObject({
    code: 0,
  });
  await stage.until(run, (v) => !v.unresolved.some((o) => o.item === MEMBER || o.item === OIDC));
  expect((await intentsOf(stage, journal)).filter((i) => i === MEMBER || i === OIDC)).toEqual([]);
});
