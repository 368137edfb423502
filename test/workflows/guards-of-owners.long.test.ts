import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Json } from '../../model/finding.ts';
import { abandonRun } from '../harness/abandon.ts';
import {
  APPROVER,
  CIEM_PRINCIPAL,
  MEMBER_ACCOUNT,
  OIDC_ACCOUNT,
  OIDC_ROLE_ARN,
  smallEstate,
  SUBSCRIPTION,
  type TestEstate,
} from '../harness/estate.ts';
import { memberArn, memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, finish, planOf, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { MEMBER_STACK, stackEstate } from '../harness/stacks.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-locked`;
const LOCKED_NAME = '3b7f5d91-0005-4e6a-9cab-4d5e6f7a8b05';
const LOCKED = `azure-role-assignment:${GROUP}/providers/Microsoft.Authorization/roleAssignments/${LOCKED_NAME}`;
const LAST_NAME = '3b7f5d91-0006-4e6a-9cab-4d5e6f7a8b06';
const LAST = `azure-role-assignment:/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/${LAST_NAME}`;
const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
const STRANGER = 'arn:aws:iam::999900001111:root';
const BOTH = { ...trusting(OIDC_ROLE_ARN), Statement: [...statements(OIDC_ROLE_ARN), ...statements(STRANGER)] };
const FROM_SET = 'StackSet-mciem-members-5f0b2a1e-0003-4222-8333-444455556666';

function statements(arn: string): Json[] {
  return (trusting(arn) as { Statement: Json[] }).Statement;
}

const administrator = (name: string, principalId: string, ours: boolean) => ({
  kind: 'azure-role-assignment' as const,
  ours,
  name,
  scope: `/subscriptions/${SUBSCRIPTION}`,
  role: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
  principalId,
});

/** The same things of ours twice: with the mark that holds each, and with one that only looks a little like it. */
function estate(marked: boolean): TestEstate {
  const small = smallEstate();
  const oidc = small.objects.find((o) => o.kind === 'aws-role' && 'account' in o && o.account === OIDC_ACCOUNT);
  const { trust: web } = oidc as unknown as { trust: { Statement: Json[] } };
  small.objects.push(
    memberRole('by-terraform', { tags: marked ? { ManagedBy: 'Terraform' } : { Team: 'terraform-guild' } }),
    memberRole('from-a-set', { tags: marked ? { 'aws:cloudformation:stack-name': FROM_SET } : { stack: FROM_SET } }),
    memberRole('shares-trust', { trust: marked ? BOTH : trusting(OIDC_ROLE_ARN) }),
    memberRole('kept', {}),
    {
      kind: 'aws-role',
      ours: true,
      account: OIDC_ACCOUNT,
      name: 'ci-deployer',
      trust: { ...web, Statement: [...web.Statement, ...(marked ? statements(STRANGER) : [])] },
    },
    memberRole('trusts-shared', { trust: trusting(`arn:aws:iam::${OIDC_ACCOUNT}:role/ci-deployer`) }),
    {
      kind: 'azure-role-assignment',
      ours: true,
      name: LOCKED_NAME,
      scope: GROUP,
      role: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
      principalId: CIEM_PRINCIPAL,
    },
    administrator(LAST_NAME, CIEM_PRINCIPAL, true),
    ...(marked ? [] : [administrator('3b7f5d91-0007-4e6a-9cab-4d5e6f7a8b07', '2a6e4c80-0003-4d5f-8b9a-3c4d5e6f7a03', false)]),
    { kind: 'azure-lock', ours: false, scope: marked ? GROUP : `${GROUP}-not`, name: 'keep' },
  );
  small.manifest.protected = [marked ? memberArn('kept') : memberArn('kep')];
  const application = small.objects.find((o) => o.kind === 'entra-application');
  if (marked) Object.assign(application ?? {}, { passwordCredentials: [{ keyId: '5d9b7fb3-0009-4a8c-8ecd-6f7a8b9cad09' }] });
  return small;
}

test('Terraform’s, a stack set’s, shared, doubted, locked, the last administrator, protected, with a secret on it: each waits for its own reason, and the rest goes', async () => {
  const run = await startedRun(stage, estate(true));
  const { items, untouched } = await planOf(stage, run);
  const codes = Object.fromEntries(items.flatMap((i) => (i.guard ? [[i.id, i.guard.code]] : [])));
  expect(codes).toMatchObject({
    [memberItem('by-terraform')]: 'OwnedByTerraform',
    [memberItem('from-a-set')]: 'OwnedByStackSet',
    [memberItem('shares-trust')]: 'SharedTrust',
    [memberItem('trusts-shared')]: 'Doubt',
  });
  expect(items.find((i) => i.id === APPLICATION)?.guard?.reason).toContain('it carries 1 secrets');
  expect(untouched.find((u) => u.id === memberItem('kept'))?.reason).toBe('protected by the manifest');
  const { run: journal } = await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(unresolved.find((o) => o.item === LOCKED)).toMatchObject({ code: 'ScopeLocked' });
  expect(unresolved.find((o) => o.item === LAST)).toMatchObject({ code: 'CannotDeleteLastRbacAdminAssignment' });
  expect(await removedBy(stage, journal)).toContain(memberItem('contoso-collect'));
  expect((await intentsOf(stage, journal)).filter((id) => id in codes || id === memberItem('kept'))).toEqual([]);
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

test('what only looks a little like such a mark holds nothing', async () => {
  const run = await startedRun(stage, estate(false));
  expect((await planOf(stage, run)).items.filter((i) => i.guard)).toEqual([]);
  expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  const report = await stage.sandbox.client.report();
  expect({ left: report.ours.left, changed: report.untouched.changed }).toEqual({ left: [], changed: [] });
});

test('a stack that is protected from deletion waits for its owner, and is not taken apart behind it', async () => {
  const run = await startedRun(stage, stackEstate({ terminationProtection: true }));
  const { items } = await planOf(stage, run);
  expect(items.find((i) => i.id === `aws-cloudformation-stack:${MEMBER_STACK}`)?.guard).toMatchObject({ code: 'TerminationProtection' });
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect((await intentsOf(stage, journal)).filter((id) => id.startsWith('aws-'))).toEqual([]);
});

test('the role that the worker enters an account by is never removed, though onboarding made it; what it needs stays with it', async () => {
  const own = smallEstate();
  Object.assign(own.manifest.aws ?? {}, { assumeRole: 'contoso-collect' });
  for (const o of own.objects) if (o.kind === 'aws-account') Object.assign(o, { entryRole: 'contoso-collect' });
  const worker: Json = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999988887777:user/offboarding-worker' },
    Action: 'sts:AssumeRole',
  };
  const role = own.objects.find((o) => o.kind === 'aws-role' && 'account' in o && o.account === MEMBER_ACCOUNT && o.ours);
  Object.assign(role ?? {}, { trust: { ...BOTH, Statement: [...statements(OIDC_ROLE_ARN), worker] } });
  const run = await startedRun(stage, own);
  const { items } = await planOf(stage, run);
  const guard = items.find((i) => i.id === memberItem('contoso-collect'))?.guard;
  expect(guard).toMatchObject({ code: 'Ourselves', reason: expect.stringContaining('this worker runs under contoso-collect') as string });
  const needed = items.filter((i) => i.guard?.code === 'Shared').map((i) => i.kind);
  expect(needed.toSorted()).toEqual(['aws-oidc-client-id', 'aws-role', 'entra-oidc-application']);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'the worker still enters by it')).toMatchObject({ code: 0 });
  const { unresolved } = await stage.until(run, (v) => v.stage === 'oidc-applications' && v.awaiting.length > 0);
  expect(unresolved).toMatchObject([{ item: APPLICATION, code: 'Shared' }]);
  expect((await intentsOf(stage, journal)).filter((id) => id.startsWith('aws-role:'))).toEqual([]);
  // Decided about, it is nothing that is left over.
  expect(await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'the worker still enters by it')).toMatchObject({ code: 0 });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  const { left } = (await stage.sandbox.client.report()).ours;
  for (const kind of ['aws-role', 'aws-oidc-client-id']) expect(left).toContainEqual(expect.stringMatching(`^${kind}:`));
});

test.each([
  ['tools/contoso-collect', { name: 'contoso-collect', path: '/tools/' }],
  ['/tools/contoso-collect', { name: 'contoso-collect', path: '/tools/' }],
])('the worker’s entry role is known by its path, too: aws.assumeRole %s', async (assumeRole, named) => {
  const own = smallEstate();
  Object.assign(own.manifest.aws ?? {}, { assumeRole });
  for (const o of own.objects) if (o.kind === 'aws-account') Object.assign(o, { entryRole: 'contoso-collect' });
  const worker = statements('arn:aws:iam::999988887777:user/offboarding-worker');
  // Besides it a role of the same name's beginning, which nobody enters by.
  own.objects.push(
    memberRole('entered', { ...named, trust: { ...BOTH, Statement: [...statements(OIDC_ROLE_ARN), ...worker] } }),
    memberRole('contoso-collect-2', { path: '/tools/' }),
  );
  own.objects = own.objects.filter(
    (o) => !(o.kind === 'aws-role' && 'account' in o && o.account === MEMBER_ACCOUNT && o.name === 'contoso-collect' && !('path' in o)),
  );
  const run = await startedRun(stage, own);
  const { items } = await planOf(stage, run);
  const guardOf = (name: string) => items.find((i) => i.id === `aws-role:${memberArn(name, '/tools/')}`)?.guard;
  expect(guardOf('contoso-collect')).toMatchObject({ code: 'Ourselves' });
  expect(items.map((i) => i.id)).toContain(`aws-role:${memberArn('contoso-collect-2', '/tools/')}`);
  expect(guardOf('contoso-collect-2')).toBeUndefined();
});

test('more items than the manifest’s breaker allows: the run is refused with the count, and nothing is changed', async () => {
  const many = smallEstate();
  many.manifest.breakers = { maxItems: 3 };
  const run = await startedRun(stage, many);
  const refused = stage.session.client.workflow.getHandle(run).result();
  await expect(refused).rejects.toMatchObject({
    cause: { cause: { message: expect.stringMatching(/breakers.maxItems: \d+ items were found/) as string } },
  });
  expect((await stage.sandbox.client.report()).ours.altered).toEqual([]);
});
