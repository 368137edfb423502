import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ACCOUNT, MEMBER_ROLE_ARN, smallEstate, type TestEstate } from '../harness/estate.ts';
import { approveGate, startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const secretOf = (name: string) => `arn:aws:secretsmanager:eu-west-1:${MEMBER_ACCOUNT}:secret:${name}`;
const [FREE, OWNED] = [secretOf('idp/token-Ab12Cd'), secretOf('idp/old-Ef34Gh')];
const STACK = `arn:aws:cloudformation:eu-west-1:${MEMBER_ACCOUNT}:stack/okta/5f0b2a1e-0003-4222-8333-444455556666`;

function withSecrets(): TestEstate {
  const estate = smallEstate();
  const reads = (Resource: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource }],
  });
  const member = estate.objects.find((o) => o.kind === 'aws-role' && 'name' in o && o.name === 'contoso-collect');
  Object.assign(member ?? {}, { inline: { free: reads(FREE), owned: reads(OWNED) } });
  const tags = { 'aws:cloudformation:stack-name': 'okta', 'aws:cloudformation:stack-id': STACK };
  const secret = (id: string, more: object) => ({
    kind: 'aws-secret' as const,
    ours: true,
    account: MEMBER_ACCOUNT,
    id,
    name: id,
    ...more,
  });
  const resources = [{ type: 'AWS::SecretsManager::Secret', physicalId: OWNED }];
  estate.objects.push(secret(FREE, {}), secret(OWNED, { tags }));
  estate.objects.push({ kind: 'aws-cloudformation-stack', ours: true, account: MEMBER_ACCOUNT, stackId: STACK, resources });
  return estate;
}

test('a secret goes only once an amendment frees it by name; one that its stack would destroy stays with its stack', async () => {
  const run = await startedRun(stage, withSecrets());
  const { run: journal } = await approveGate(stage, run, 'plan');
  const waiting = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  const held = (view: typeof waiting) => view.unresolved.map((o) => [o.item, o.code] as const);
  expect(held(waiting)).toEqual(
    expect.arrayContaining([
      [`aws-secret:${FREE}`, 'SecretKept'],
      [`aws-secret:${OWNED}`, 'SecretKept'],
      [`aws-cloudformation-stack:${STACK}`, 'DeletedForGood'],
    ]),
  );
  expect(await removedBy(stage, journal)).toContain(`aws-role:${MEMBER_ROLE_ARN}`);

  const free = ['--override', `aws-secret:${FREE}=the token that lies in it was revoked`, '--reason', 'freed', '--by', APPROVER];
  expect(await stage.offboard('amend', run, ...free)).toMatchObject({ code: 0, err: '' });
  await stage.until(run, (v) => v.gate?.gate === 'plan' && v.gate.opening === 2);
  await approveGate(stage, run, 'plan');
  const still = await stage.until(run, (v) => v.gate === undefined && v.awaiting.some((a) => a.kind === 'items'));
  expect(held(still).map(([item]) => item)).not.toContain(`aws-secret:${FREE}`);
  expect(await removedBy(stage, journal)).toContain(`aws-secret:${FREE}`);
  const { ours, untouched } = await stage.sandbox.client.report();
  expect(ours.left).toEqual(
    expect.arrayContaining([`aws-secret:${OWNED}`, `aws-cloudformation-stack:${STACK.slice(0, STACK.lastIndexOf('/'))}`]),
  );
  expect([ours.left.includes(`aws-secret:${FREE}`), untouched.changed]).toEqual([false, []]);
});
