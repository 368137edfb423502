import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { Deps } from '../../../activities/deps.ts';
import { lookAtEach, lookInSystem, lookUntilSettled } from '../../../activities/look/look.ts';
import type { FailureClass } from '../../../model/errors.ts';
import type { Manifest } from '../../../model/manifest.ts';
import type { SystemId } from '../../../model/names.ts';

const HOUR = 3_600_000;
const AWAY: FailureClass = { kind: 'retry', code: 'ThrottlingException', message: 'slow down', retryAfterMs: 4_000 };
const DENIED: FailureClass = { kind: 'blocked', code: 'AccessDenied', message: 'not for you' };
const manifest = { waits: { unreachable: HOUR, settle: 1 } } as Manifest;

/** An AWS that fails every call in the same way, and counts the connections made to it. */
function awsThat(failure?: FailureClass) {
  const connected: string[] = [];
  const connect = (system: SystemId) => Promise.resolve(connected.push(system));
  return { deps: { clouds: { aws: { connect, classify: () => failure } } } as unknown as Deps, connected };
}

/** An activity that was scheduled so long ago, all its tries counted. */
const since = (ms: number) => new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - ms });
const failing = () => Promise.reject(new Error('away'));
const ask = (deps: Deps) => lookInSystem(deps, { manifest }, 'aws:1', failing);

test('a cloud that cannot be reached is thrown to be tried again, after the pause that it asked for', async () => {
  const thrown: unknown = await since(0)
    .run(() => ask(awsThat(AWAY).deps))
    .catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    type: 'CloudUnavailable',
    message: 'aws:1: ThrottlingException: slow down',
    nextRetryDelay: 4_000,
    nonRetryable: false,
  });
});

test('once waits.unreachable is over it is told like any other failure', async () => {
  expect(await since(2 * HOUR).run(() => ask(awsThat(AWAY).deps))).toEqual({ ok: false, failure: AWAY });
});

test('a cloud that denies is told at once', async () => {
  expect(await since(0).run(() => ask(awsThat(DENIED).deps))).toEqual({ ok: false, failure: DENIED });
});

test('things of one system are looked at one after the other, with one connection', async () => {
  const { deps, connected } = awsThat();
  const items = ['a', 'b', 'c'].map((id, i) => ({ id, system: `aws:${i % 2}` as SystemId }));
  const seen: string[] = [];
  await since(0).run(() =>
    lookAtEach(deps, manifest, items, async ({ id }, asked) => void seen.push(id, String((await asked(() => Promise.resolve(1))).ok))),
  );
  expect(seen.toSorted()).toEqual(['a', 'b', 'c', 'true', 'true', 'true']);
  expect(connected.toSorted()).toEqual(['aws:0', 'aws:1']);
});

test('items whose answer does not stand are looked at again together, with another connection; an answer that stands is not asked for again', async () => {
  const { deps, connected } = awsThat();
  const items = ['a', 'b', 'c'].map((id) => ({ id, system: 'aws:0' as SystemId }));
  const seen: string[] = [];
  const there = async (looks: 2 | 4) => {
    const ask = ({ id }: { id: string }) => Promise.resolve(seen.push(id) > 4 && id === 'c');
    const look = () => lookUntilSettled(deps, manifest, items, ask, (answer) => answer.ok && answer.value, looks);
    const told: boolean[] = [];
    await since(0).run(async () => {
      for (const answer of (await look()).values()) told.push(answer.ok && answer.value);
    });
    return told;
  };
  expect(await there(2)).toEqual([false, false, true]);
  expect([seen.splice(0).join(' '), connected.splice(0)]).toEqual(['a b c a b c', ['aws:0', 'aws:0']]);
  await there(4);
  expect(seen.join(' ')).toBe('a b c a b c a b a b');
});
