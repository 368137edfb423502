import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMember, OIDC_ROLE_ARN, smallEstate, type TestEstate } from '../harness/estate.ts';
import { trusting } from '../harness/member-roles.ts';
import { recordsOf } from '../harness/removals.ts';
import { approveRestore, begunRestore, offboarded, restoreResult } from '../harness/restores.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const MEMBERS = Array.from({ length: 120 }, (_, i) => String(500_000_000_000 + i));

/** Accounts enough that an activity takes 50 of them. */
function manyAccounts(): TestEstate {
  const estate = smallEstate();
  for (const account of MEMBERS) {
    addMember(estate, account);
    estate.objects.push({ kind: 'aws-account', ours: false, id: account, entryRole: 'offboarding-entry' });
    estate.objects.push({ kind: 'aws-role', ours: true, account, name: 'collect', trust: trusting(OIDC_ROLE_ARN) });
  }
  return estate;
}

interface Sizes {
  events: number;
  bytes: number;
  /** Of the largest payload, in bytes. */
  largest: number;
  restores: number;
}

async function historyOf(workflowId: string): Promise<Sizes> {
  const { History } = proto.temporal.api.history.v1;
  const { Payload } = proto.temporal.api.common.v1;
  const history = await stage.session.client.workflow.getHandle(workflowId).fetchHistory();
  const events = history.events ?? [];
  const payloads = events.flatMap((e) => [
    ...(e.activityTaskScheduledEventAttributes?.input?.payloads ?? []),
    ...(e.activityTaskCompletedEventAttributes?.result?.payloads ?? []),
    ...(e.workflowExecutionStartedEventAttributes?.input?.payloads ?? []),
    ...(e.workflowExecutionCompletedEventAttributes?.result?.payloads ?? []),
  ]);
  const restores = events.filter((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'restoreItems');
  return {
    events: events.length,
    bytes: History.encode(history).finish().length,
    largest: Math.max(...payloads.map((p) => Payload.encode(p).finish().length)),
    restores: restores.length,
  };
}

test('120 accounts come back in batches of 50: a small history, small payloads, everything the same', { timeout: 600_000 }, async () => {
  const run = await offboarded(stage, manyAccounts());
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.items).toHaveLength(MEMBERS.length + 6);
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  expect(result).toMatchObject({
    status: 'completed',
    reason: `restored ${MEMBERS.length + 6} and compared, already there 0, not given back 0`,
  });
  const words = (await recordsOf(stage, result.run)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.outcome] : []));
  expect(words).toHaveLength(MEMBERS.length + 6);
  expect(new Set(words)).toEqual(new Set(['restored']));

  const { events, bytes, largest, restores } = await historyOf(workflowId);
  // 121 accounts of one stage are three batches; the OIDC account's role and client id, the assignment, the application, the sign-in.
  expect(restores).toBeLessThanOrEqual(9);
  expect(events).toBeLessThan(150);
  expect(bytes).toBeLessThan(200_000);
  expect(largest).toBeLessThan(50_000);
  expect(await stage.sandbox.client.report()).toMatchObject({
    ours: { altered: ['portal-collector:collector-aws'] },
    untouched: { changed: [] },
  });
});
