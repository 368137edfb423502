import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultEstate } from '../harness/default-estate.ts';
import { APPROVER } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { recordsOf } from '../harness/removals.ts';
import { exactly, notCalled, notInTables } from '../harness/permissions.ts';
import { approveRestore, begunRestore, changedInTheClouds, restoreResult } from '../harness/restores.ts';
import { lasting } from '../../sandbox/lasting.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open(defaultEstate()));
afterAll(async () => {
  await stage.sandbox.client.permit({});
  await stage.close();
});

/** What no call of this run needs: stacks, `all`, a provider or role of onboarding's own, what was purged, a quarantine, and what `offboard doctor` asks. */
const ELSEWHERE = [
  'aws: cloudformation:CreateStack',
  'aws: cloudformation:DeleteStack',
  'aws: cloudformation:DescribeStackEvents',
  'aws: cloudformation:DescribeStacks',
  'aws: cloudformation:GetStackPolicy',
  'aws: cloudformation:GetTemplate',
  'aws: cloudformation:ListStackResources',
  'aws: iam:CreateOpenIDConnectProvider',
  'aws: iam:DeleteOpenIDConnectProvider',
  'aws: iam:SetDefaultPolicyVersion',
  'aws: iam:SimulatePrincipalPolicy',
  'aws: iam:UpdateAssumeRolePolicy',
  'aws: organizations:DescribeOrganization',
  'aws: organizations:ListAccounts',
  'azure: GET Microsoft.Authorization/permissions',
  'azure: GET Microsoft.Management/managementGroups',
  'azure: GET Microsoft.Management/managementGroups/descendants',
  'azure: GET Microsoft.Resources/subscriptions',
  'gcp: cloudresourcemanager.folders.list',
  'gcp: cloudresourcemanager.folders.testIamPermissions',
  'gcp: cloudresourcemanager.organizations.search',
  'gcp: cloudresourcemanager.organizations.testIamPermissions',
  'gcp: cloudresourcemanager.projects.list',
  'gcp: cloudresourcemanager.projects.search',
  'gcp: cloudresourcemanager.projects.testIamPermissions',
  'gcp: iam.organizations.roles.create',
  'gcp: iam.organizations.roles.delete',
  'gcp: iam.organizations.roles.get',
  'gcp: iam.organizations.roles.undelete',
  'gcp: iam.projects.locations.workloadIdentityPools.create',
  'gcp: iam.projects.locations.workloadIdentityPools.patch',
  'gcp: iam.projects.locations.workloadIdentityPools.providers.create',
  'gcp: iam.projects.locations.workloadIdentityPools.providers.patch',
  'gcp: iam.projects.serviceAccounts.create',
  'graph: GET /external/authorizationSystems',
  'graph: POST /directoryObjects/getByIds',
  'graph: POST /users/*/checkMemberGroups',
];

const changed = () => changedInTheClouds(stage, lasting);

test('the whole default estate, all clouds, with just the permissions of the files for each step: it goes, and comes back as it was but for the collectors', async () => {
  await stage.sandbox.client.permit(exactly('discover'));
  const run = await startedRun(stage, defaultEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const toDiscover = await stage.sandbox.client.needed();
  expect(notInTables(toDiscover, ['discover'])).toEqual([]);
  await stage.sandbox.client.permit(exactly('discover', 'remove'));
  await approveGate(stage, run, 'plan');
  // Something of ours is locked against deletion: it stays, and is nothing to give back.
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  expect((await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'locked by its owner')).code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
  const toRemove = await stage.sandbox.client.needed();
  expect(notInTables(toRemove, ['discover', 'remove'])).toEqual([]);
  const removed = changed().length;
  await stage.sandbox.client.permit(exactly('discover', 'restore'));
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.untouched.map((u) => u.id)).toEqual(plan.untouched.map((u) => u.id).filter((id) => id.startsWith('data-collector:')));
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  const outcomes = (await recordsOf(stage, result.run)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.outcome] : []));
  expect(outcomes).toEqual(plan.items.map(() => 'restored'));
  expect(result.status).toBe('completed');
  const toRestore = await stage.sandbox.client.needed();
  expect(notInTables(toRestore, ['discover', 'restore'])).toEqual([]);
  expect(notCalled(toDiscover, toRemove, toRestore)).toEqual(ELSEWHERE);
  expect(new Set(plan.items.map((i) => i.system.slice(0, i.system.indexOf(':'))))).toEqual(new Set(['aws', 'azure', 'gcp', 'entra']));
  expect(changed().filter((key) => !key.startsWith('portal-collector:'))).toEqual([]);
  expect(removed).toBeGreaterThan(plan.items.length / 2);
}, 120_000);
