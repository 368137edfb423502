import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { RefusedError } from '../../../activities/answer.ts';
import { limited } from '../../../activities/limited.ts';
import type { AnyCloud } from '../../../activities/cloud.ts';
import { askedOnce } from '../../../activities/asked-once.ts';
import { applyTogether } from '../../../activities/apply/engine.ts';
import { kindOf } from '../../../activities/look/kinds.ts';
import { REMOVE } from '../../../activities/apply/operations/remove.ts';
import type { BatchOperation } from '../../../activities/apply/operation.ts';
import type { FailureClass } from '../../../model/errors.ts';
import type { Json } from '../../../model/finding.ts';
import { emptyLedger, type Ledger } from '../../../model/ledger.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { finding, planOf } from '../../model/findings.ts';

const plan = planOf(['a', 'b'].map((name) => finding(name, { kind: 'thing', snapshot: { name } })));
const [a, b] = plan.items as [PlanItem, PlanItem];

/** Everything that happens, in its order. */
let done: string[] = [];
/** What the cloud has now, by item id. */
let there = new Map<string, Json>();
beforeEach(() => {
  done = [];
  there = new Map(plan.items.map((i) => [i.id, i.snapshot]));
});

/** A cloud of things; `failing` is how each removal fails. */
function cloudOf(failing?: FailureClass): AnyCloud {
  const kind = {
    name: 'thing',
    read: (_: unknown, item: PlanItem) => Promise.resolve(there.get(item.id)),
    remove(_: unknown, items: PlanItem[]) {
      done.push(`remove ${items.map((i) => i.id).join(' ')}`);
      if (failing) return Promise.reject(new Error('no'));
      for (const item of items) there.delete(item.id);
      return Promise.resolve();
    },
  };
  return { type: 'aws', kinds: [kind], classify: () => failing } as unknown as AnyCloud;
}

async function apply(items: PlanItem[], cloud = cloudOf(), operation: BatchOperation = REMOVE, ledger: Ledger = emptyLedger()) {
  const known = new Set(plan.items.map((i) => i.id));
  const intend = (todo: PlanItem[]) => Promise.resolve(void done.push(`intend ${todo.map((i) => i.id).join(' ')}`));
  const attempts = await applyTogether(operation, items, { cloud, api: {}, ledger, known, settle: 1 }, intend);
  return attempts.map((t) => ('outcome' in t ? [t.item.id, t.outcome.outcome, t.outcome.code] : [t.item.id, 'later', t.later.code]));
}

test('the intents of all that meet in one call are written before it, and each is read back', async () => {
  expect(await apply([a, b])).toEqual([
    [a.id, 'removed', undefined],
    [b.id, 'removed', undefined],
  ]);
  expect(done).toEqual([`intend ${a.id} ${b.id}`, `remove ${a.id} ${b.id}`]);
});

test('what changed since the plan has no intent and no call; what meets it in one call goes without it', async () => {
  there.set(a.id, { name: 'somebody changed it' });
  expect(await apply([a, b])).toEqual([
    [a.id, 'blocked', 'Drift'],
    [b.id, 'removed', undefined],
  ]);
  expect(done).toEqual([`intend ${b.id}`, `remove ${b.id}`]);
});

test('what is gone was removed by us where an intent has no outcome, else by somebody else, and nothing is called', async () => {
  there.clear();
  const ledger = { ...emptyLedger(), openIntents: new Set([a.id]) };
  expect(await apply([a, b], cloudOf(), REMOVE, ledger)).toEqual([
    [a.id, 'removed', undefined],
    [b.id, 'already-gone', undefined],
  ]);
  expect(done).toEqual([]);
});

test('what a cloud denies is blocked with its code, what it asks to be tried later is kept for then', async () => {
  const denied: FailureClass = { kind: 'blocked', code: 'AccessDenied', message: 'an SCP' };
  expect(await apply([a], cloudOf(denied))).toEqual([[a.id, 'blocked', 'AccessDenied']]);
  const away: FailureClass = { kind: 'retry', code: 'Throttling', message: 'slow down', retryAfterMs: 60_000 };
  expect(await apply([a], cloudOf(away))).toEqual([[a.id, 'later', 'Throttling']]);
});

test('what is as wanted is written down and read back without a call', async () => {
  const asWanted: BatchOperation = {
    ...REMOVE,
    judge: () => 'as-wanted',
    seen: (item) => ({ item: item.id, outcome: 'quarantined', reason: '' }),
  };
  expect(await apply([a], cloudOf(), asWanted)).toEqual([[a.id, 'quarantined', undefined]]);
  expect(done).toEqual([`intend ${a.id}`]);
});

test('one answer alone is no proof that somebody else removed a thing: what is there at the second look is removed by us', async () => {
  const cloud = cloudOf();
  const [kind] = cloud.kinds as unknown as [{ read: (api: unknown, item: PlanItem) => Promise<Json | undefined> }];
  const { read } = kind;
  let looks = 0;
  kind.read = (api, item) => (looks++ === 0 ? Promise.resolve(undefined) : read(api, item));
  expect(await apply([a], cloud)).toEqual([[a.id, 'removed', undefined]]);
  expect(done).toEqual([`intend ${a.id}`, `remove ${a.id}`]);
  there.clear();
  expect(await apply([b], cloudOf())).toEqual([[b.id, 'already-gone', undefined]]);
});

test('what may be tried again is not once the run is to stop: it is kept for when that goes on', async () => {
  const away: FailureClass = { kind: 'retry', code: 'ECONNREFUSED', message: 'away' };
  const reach = {
    cloud: cloudOf(away),
    api: {},
    ledger: emptyLedger(),
    known: new Set<string>(),
    settle: 1,
    stopping: AbortSignal.abort(),
  };
  const attempts = await applyTogether(REMOVE, [a], reach, () => Promise.resolve());
  expect(attempts).toMatchObject([{ item: a, later: { kind: 'retry', code: 'ECONNREFUSED' } }]);
  expect(done).toEqual([`remove ${a.id}`]);
});

test('a thing is not read by itself where the reading of its system shows it, and judged by that', async () => {
  const judgedBy = async (current: Json) => {
    const again = () => Promise.resolve({ ok: true as const, value: { at: Date.now(), state: { current } } });
    const cloud = cloudOf();
    const kind = kindOf(cloud, a);
    const { read } = kind;
    let reads = 0;
    kind.read = (api, item) => (reads++, read(api, item));
    const reach = { cloud, api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1, again };
    const [attempt] = await applyTogether(REMOVE, [a], reach, () => Promise.resolve());
    return { attempt, reads };
  };
  const changed = await judgedBy({ name: 'somebody changed it' });
  expect(changed).toMatchObject({ reads: 0, attempt: { outcome: { outcome: 'blocked', code: 'Drift' } } });
  expect(done).toEqual([]);
  // Only what is gone is looked at then, to see that.
  expect(await judgedBy(a.snapshot)).toMatchObject({ reads: 1, attempt: { outcome: { outcome: 'removed' } } });
  expect(done).toEqual([`remove ${a.id}`]);
});

/** A cloud of which the first removal does what `does`, and then fails as if its answer were lost. */
function losing(does: (item: PlanItem) => void): AnyCloud {
  const cloud = cloudOf({ kind: 'retry', code: 'ECONNRESET', message: 'the connection broke' });
  const kind = kindOf(cloud, a);
  let first = true;
  kind.remove = (_, items) => {
    done.push(`remove ${items.map((i) => JSON.stringify(i.snapshot)).join(' ')}`);
    for (const item of items) {
      if (first) does(item);
      else there.delete(item.id);
    }
    const failing = first;
    first = false;
    return failing ? Promise.reject(new Error('no')) : Promise.resolve();
  };
  return cloud;
}

test('a call whose answer was lost is not made again for what it did: each item is read before', async () => {
  expect(
    await apply(
      [a, b],
      losing((item) => there.delete(item.id)),
    ),
  ).toEqual([
    [a.id, 'removed', undefined],
    [b.id, 'removed', undefined],
  ]);
  expect(done).toEqual([`intend ${a.id} ${b.id}`, 'remove {"name":"a"} {"name":"b"}']);
  done = [];
  there = new Map(plan.items.map((i) => [i.id, i.snapshot]));
  await apply(
    [a, b],
    losing((item) => void (item.id === a.id && there.delete(item.id))),
  );
  expect(done).toEqual([`intend ${a.id} ${b.id}`, 'remove {"name":"a"} {"name":"b"}', 'remove {"name":"b"}']);
});

test('a thing that was half taken apart when the answer was lost is removed as it stands then, and not once another has its place', async () => {
  const [item] = planOf([finding('c', { kind: 'thing', snapshot: { id: '1', parts: ['x', 'y'] } })]).items as [PlanItem];
  const ledger = { ...emptyLedger(), openIntents: new Set([item.id]) };
  const cutShort = async (now: Json) => {
    done = [];
    there.set(item.id, item.snapshot);
    const cloud = losing((one) => there.set(one.id, now));
    kindOf(cloud, item).identity = (snapshot) => (snapshot as { id: string }).id;
    return await apply([item], cloud, REMOVE, ledger);
  };
  expect(await cutShort({ id: '1', parts: ['y'] })).toEqual([[item.id, 'removed', undefined]]);
  expect(done.slice(1)).toEqual(['remove {"id":"1","parts":["x","y"]}', 'remove {"id":"1","parts":["y"]}']);
  expect(await cutShort({ id: '2', parts: ['x', 'y'] })).toEqual([[item.id, 'removed', undefined]]);
  expect(await cutShort({ id: '1', parts: ['z'] })).toEqual([[item.id, 'blocked', 'Drift']]);
  expect(done).toHaveLength(2);
});

test.each([
  ['was so when it was called, is not called again', 59_900, true],
  ['was so before it was called, is not called', 60_100, false],
] as const)('what is judged by a reading of more than a minute ago, and %s: it is judged anew', async (_, age, called) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  /** It takes so long until the call is known to be lost. */
  const call: BatchOperation['call'] = (...args) => REMOVE.call(...args).finally(() => void vi.setSystemTime(Date.now() + 200));
  const away: FailureClass = { kind: 'retry', code: 'TimeoutError', message: 'took too long' };
  const again = () => Promise.resolve({ ok: true as const, value: { at: Date.now() - age, state: { current: a.snapshot } } });
  const classify = (error: unknown) => (error instanceof RefusedError ? error.failure : away);
  const cloud = { ...cloudOf(away), classify } as AnyCloud;
  const reach = { cloud, api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1, again };
  const attempts = await applyTogether({ ...REMOVE, call }, [a], reach, () => Promise.resolve());
  expect(attempts).toMatchObject([{ item: a, later: { kind: 'retry', code: 'JudgedLongAgo' } }]);
  expect(done).toEqual(called ? [`remove ${a.id}`] : []);
});

test('a call that would have to wait its turn until what it was judged by is a minute old is not made: it is judged anew after the pause', async () => {
  const key = 'a service that asks to be left alone';
  await limited(
    { key, change: false },
    () => ({ pauseMs: 5_000 }),
    () => Promise.reject(new Error('slow down')),
  ).catch(() => undefined);
  const call: BatchOperation['call'] = (...args) =>
    limited(
      { key, change: true },
      () => undefined,
      () => REMOVE.call(...args),
    );
  const again = () => Promise.resolve({ ok: true as const, value: { at: Date.now() - 57_000, state: { current: a.snapshot } } });
  const classify = (error: unknown) => (error as RefusedError).failure;
  const cloud = { ...cloudOf(), classify } as AnyCloud;
  const reach = { cloud, api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1, again };
  const attempts = await applyTogether({ ...REMOVE, call }, [a], reach, () => Promise.resolve());
  expect(attempts).toMatchObject([{ item: a, later: { code: 'JudgedLongAgo', retryAfterMs: expect.any(Number) as number } }]);
  expect(done).toEqual([]);
});

test('a change that is refused since its cloud is asked too often uses up no try: it is made when the cloud takes it', async () => {
  // By a clock that goes from timer to timer.
  vi.useFakeTimers().setTimerTickMode('nextTimerAsync');
  onTestFinished(() => void vi.useRealTimers());
  let refused = 0;
  const call: BatchOperation['call'] = (...args) =>
    limited(
      { key: 'a service that is asked too often', change: true },
      () => ({ pauseMs: 1 }),
      () => (refused++ < 8 ? Promise.reject(new Error('slow down')) : REMOVE.call(...args)),
    );
  const busy: FailureClass = { kind: 'retry', code: 'Throttling', message: 'slow down' };
  const reach = {
    cloud: { ...cloudOf(), classify: () => busy } as AnyCloud,
    api: {},
    ledger: emptyLedger(),
    known: new Set<string>(),
    settle: 1,
  };
  const attempts = await applyTogether({ ...REMOVE, call }, [a], reach, () => Promise.resolve());
  expect(attempts).toMatchObject([{ item: a, outcome: { outcome: 'removed' } }]);
  expect([refused, done]).toEqual([9, [`remove ${a.id}`]]);
});

test('what a list lacks and a single read shows just as planned is judged once more, by another reading; what is not so at once', async () => {
  const outcome = async (listedAt: number) => {
    const asked: (string | undefined)[] = [];
    const drift = { item: a.id, outcome: 'blocked' as const, code: 'Drift', reason: 'it would not be planned now' };
    const again = (_: PlanItem, anew?: 'anew') => {
      const unproved = asked.push(anew) < listedAt;
      return Promise.resolve({ ok: true as const, value: { at: Date.now(), ...(unproved ? { outcome: drift, unproved } : {}) } });
    };
    const reach = { cloud: cloudOf(), api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1, again };
    const [attempt] = await applyTogether(REMOVE, [a], reach, () => Promise.resolve());
    return { asked, outcome: attempt && 'outcome' in attempt ? (attempt.outcome.code ?? attempt.outcome.outcome) : undefined };
  };
  expect(await outcome(3)).toEqual({ asked: [undefined, 'anew'], outcome: 'Drift' });
  expect(done).toEqual([]);
  expect(await outcome(2)).toEqual({ asked: [undefined, 'anew'], outcome: 'removed' });
  there.set(a.id, { name: 'somebody changed it' });
  expect(await outcome(2)).toEqual({ asked: [undefined], outcome: 'Drift' });
});

test('of a thing that changed since the plan the surer reason is told first, and both at once', async () => {
  there.set(a.id, { name: 'somebody changed it' });
  const reasons = async (code?: string) => {
    const held =
      code === undefined ? undefined : { item: a.id, outcome: 'blocked' as const, code, reason: `because ${code}`, keeps: 'way' as const };
    const again = () => Promise.resolve({ ok: true as const, value: { at: Date.now(), ...(held ? { outcome: held } : {}) } });
    const reach = { cloud: cloudOf(), api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1, again };
    const [attempt] = await applyTogether(REMOVE, [a], reach, () => Promise.resolve());
    return attempt && 'outcome' in attempt ? attempt.outcome : undefined;
  };
  for (const code of ['HasCredentials', 'SharedSecret', 'SharedProvider', 'SharedServiceAccount', 'StillInUse']) {
    const outcome = await reasons(code);
    expect(outcome).toMatchObject({ outcome: 'blocked', code, keeps: 'way' });
    expect(outcome?.reason).toMatch(
      new RegExp(`^because ${code}; changed since the plan was made \\(.*somebody changed it.*\\); amend the plan`),
    );
  }
  expect((await reasons('Drift'))?.reason).toMatch(/^because Drift; changed since the plan was made/);
  // What merely waits for others as well is told by what changed.
  expect(await reasons('Dependency')).toMatchObject({ code: 'Drift', reason: expect.not.stringContaining('because') as string });
  expect(await reasons()).toMatchObject({ code: 'Drift', reason: expect.stringMatching(/^changed since/) as string });
  expect(done).toEqual([]);
});

test('what items of one call have in common is asked for once before it and once after', async () => {
  const asked: string[] = [];
  const cloud = cloudOf();
  const kind = kindOf(cloud, a);
  interface Policies {
    policy(name: string): Promise<void>;
  }
  cloud.glance = (api: Policies): Policies => ({ policy: askedOnce((name) => api.policy(name)) });
  kind.read = async (api, item) => {
    await (api as Policies).policy('of both');
    return there.get(item.id);
  };
  const api: Policies = { policy: (name) => Promise.resolve(void asked.push(name)) };
  const reach = { cloud, api, ledger: emptyLedger(), known: new Set<string>(), settle: 1 };
  expect(await applyTogether(REMOVE, [a, b], reach, () => Promise.resolve())).toMatchObject([{ item: a }, { item: b }]);
  expect(asked).toEqual(['of both', 'of both']);
});

test('what should be gone is looked for by the call that tells only whether it is there, which one it is, and nothing else', async () => {
  const cloud = cloudOf();
  const kind = kindOf(cloud, a);
  const { read } = kind;
  let reads = 0;
  kind.read = (api, item) => (reads++, read(api, item));
  kind.identity = (snapshot) => (snapshot as { name: string }).name;
  kind.trace = (_, item) => Promise.resolve(there.has(item.id) ? { name: 'another one by now' } : undefined);
  kind.remove = () => Promise.resolve();
  // It is not gone, but another one stands there.
  expect(await apply([a], cloud)).toEqual([[a.id, 'removed', undefined]]);
  expect(reads).toBe(1);
});
