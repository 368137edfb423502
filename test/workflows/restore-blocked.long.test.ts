import { expect, test } from 'vitest';
import type { AwsAccountApi } from '../../activities/aws/wire/account.ts';
import { expectRefused } from '../client/on-stage.ts';
import { APPROVER, MEMBER_ACCOUNT } from '../harness/estate.ts';
import { denied, intentsOf, outcomesOf } from '../harness/removals.ts';
import {
  approveRestore,
  begunRestore,
  changedInTheClouds,
  type Entry,
  MEMBER_ROLE,
  offboarded,
  restoreResult,
  stageForRestores,
} from '../harness/restores.ts';

const stage = stageForRestores();

test('a stranger that took a name stays as it is: the item waits with a diff, the rest comes back, and a waiver ends it', async () => {
  const run = await offboarded(stage);
  await stage.sandbox.change(({ entries }) => {
    const key = Object.keys(entries).find((k) => k.includes(MEMBER_ACCOUNT) && k.includes('contoso-collect')) ?? '';
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999900001111:root' }, Action: 'sts:AssumeRole' }],
    };
    const entry = entries[key] as unknown as Entry;
    delete entry.deletedAt;
    entry.object = { ...entry.initial, trust, attached: [], inline: {} };
  });
  const { workflowId, run: journal } = await begunRestore(stage, run);
  await approveRestore(stage, workflowId);
  const view = await stage.until(workflowId, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(view.unresolved).toEqual([expect.objectContaining({ item: MEMBER_ROLE, outcome: 'blocked', code: 'NameTaken' })]);
  expect(view.unresolved[0]?.reason).toContain('AttachedPolicies');
  expect(view.awaiting[0]?.next.map((n) => n.command)).toEqual(['waive', 'retry']);
  const status = await stage.offboard('status', workflowId);
  expect(status.out).toContain('Give permissions back in AWS, Azure, GCP');
  expectRefused(await stage.offboard('amend', workflowId, '--by', APPROVER, '--reason', 'x'), 'NotAllowed', 'gives things back');

  expect((await stage.offboard('retry', workflowId, '--by', APPROVER, '--reason', 'asked its owner')).code).toBe(0);
  await expect.poll(async () => (await outcomesOf(stage, journal, MEMBER_ROLE)).length).toBe(2);
  await stage.until(workflowId, (v) => v.awaiting.length > 0);
  expect((await stage.offboard('waive', workflowId, '--by', APPROVER, '--reason', 'it is theirs now')).code).toBe(0);
  expect(await restoreResult(stage, workflowId)).toMatchObject({
    status: 'completed',
    reason: 'restored 5 and compared, already there 0, not given back 1',
  });
  expect(await intentsOf(stage, journal)).not.toContain(MEMBER_ROLE);
});

test('a restore that was refused half way goes on with what it made once an approver has it retried', async () => {
  const run = await offboarded(stage);
  const { workflowId, run: journal } = await begunRestore(stage, run);
  const aws = stage.deps.clouds.aws;
  const connect: typeof aws.connect = async (system, context) => {
    const api = (await aws.connect(system, context)) as AwsAccountApi;
    return Object.assign(Object.create(api) as AwsAccountApi, { attachPolicy: denied });
  };
  stage.deps.clouds.aws = { ...aws, connect };
  await approveRestore(stage, workflowId);
  const { unresolved } = await stage.until(workflowId, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(unresolved).toMatchObject([{ item: MEMBER_ROLE, outcome: 'blocked', code: 'AccessDenied' }]);
  stage.deps.clouds.aws = aws;
  expect((await stage.offboard('retry', workflowId, '--by', APPROVER, '--reason', 'the policy is mended')).code).toBe(0);
  expect(await restoreResult(stage, workflowId)).toMatchObject({ status: 'completed' });
  expect((await outcomesOf(stage, journal, MEMBER_ROLE)).map((o) => o.outcome)).toEqual(['blocked', 'restored']);
  expect(changedInTheClouds(stage)).toEqual(['portal-collector:collector-aws']);
});
