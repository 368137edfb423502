import { expect, onTestFinished, test, vi } from 'vitest';
import type { Answer } from '../../../../activities/answer.ts';
import { ageOf, givenAlready, keptReading, lateReading, readingOf, SHARED_MS } from '../../../../activities/apply/second-look/readings.ts';
import type { Deps } from '../../../../activities/deps.ts';
import type { SystemId } from '../../../../model/names.ts';

/** Readings are kept for as long as whoever takes them is there; of that nothing is asked. */
const taker = () => ({}) as Deps;
const ONE = { step: 'step', system: 'aws:1' } as const;

/** A cloud that answers with each of these in turn, and tells how often it was asked; an error is a fault of ours. */
function answering(...answers: (Answer<unknown> | Error)[]) {
  let asked = 0;
  const read = () => {
    const answer = answers[asked++] ?? new Error('asked once too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { read, asked: () => asked };
}

const good: Answer<unknown> = { ok: true, value: 'as it stands now' };
const failed: Answer<unknown> = { ok: false, failure: { kind: 'retry', code: 'Throttled', message: 'slow down' } };

test('whoever asks again within a step is given the reading that was taken', async () => {
  const deps = taker();
  const cloud = answering(good);
  expect(await readingOf(deps, ONE, 1_000, cloud.read)).toEqual(good);
  expect(await readingOf(deps, ONE, 1_000, cloud.read)).toEqual(good);
  expect(cloud.asked()).toBe(1);
});

test('a reading that failed by a fault is not kept: the next one who asks has the cloud asked again', async () => {
  const deps = taker();
  const cloud = answering(new Error('the disk is full'), good);
  await expect(readingOf(deps, ONE, Infinity, cloud.read)).rejects.toThrow('the disk is full');
  expect(await readingOf(deps, ONE, Infinity, cloud.read)).toEqual(good);
  expect(cloud.asked()).toBe(2);
});

test('nor is a refusal of the cloud', async () => {
  const deps = taker();
  const cloud = answering(failed, good);
  expect(await readingOf(deps, ONE, Infinity, cloud.read)).toEqual(failed);
  expect(await readingOf(deps, ONE, Infinity, cloud.read)).toEqual(good);
});

test('whoever waits for a reading that fails by a fault fails with it', async () => {
  const deps = taker();
  const cloud = answering(new Error('the disk is full'));
  const both = await Promise.allSettled([1, 2].map(() => readingOf(deps, ONE, 1_000, cloud.read)));
  expect(both.map((b) => b.status)).toEqual(['rejected', 'rejected']);
  expect(cloud.asked()).toBe(1);
});

test('another step, another system, another question and a reading that is too old are read anew', async () => {
  const deps = taker();
  const cloud = answering(good, good, good, good, good);
  await readingOf(deps, ONE, 1_000, cloud.read);
  await readingOf(deps, { ...ONE, step: 'another step' }, 1_000, cloud.read);
  await readingOf(deps, { ...ONE, system: 'aws:2' }, 1_000, cloud.read);
  await readingOf(deps, ONE, -1, cloud.read);
  await readingOf(deps, { ...ONE, asked: 'users of aws:role' }, 1_000, cloud.read);
  expect(cloud.asked()).toBe(5);
});

test('the steps of a phase tell each other what is no more than 45 s old; nobody else has it, and nobody reads its own system so', async () => {
  const deps = taker();
  const cloud = answering(good, good);
  const first = { ...ONE, phase: 'a phase' };
  const next = { ...first, step: 'the next step' };
  await readingOf(deps, first, Infinity, cloud.read);
  expect(await lateReading(deps, next, Infinity)).toEqual(good);
  expect(await lateReading(deps, next, SHARED_MS)).toBeUndefined();
  expect(await lateReading(deps, { ...next, phase: 'the phase after a wait' }, Infinity)).toBeUndefined();
  expect(await lateReading(deps, { ...next, asked: 'users of aws:role' }, Infinity)).toBeUndefined();
  expect(await lateReading(deps, { step: 'a try of its own', system: ONE.system }, Infinity)).toBeUndefined();
  expect(await keptReading(deps, next)).toBeUndefined();
  const atOnce = (wanted: Parameters<typeof givenAlready>[1]) => givenAlready(deps, wanted);
  expect([atOnce(first), atOnce(next)]).toEqual(['as it stands now', 'as it stands now']);
  expect([atOnce({ ...next, phase: 'the phase after a wait' }), atOnce({ ...next, asked: 'users of aws:role' })]).toEqual([
    undefined,
    undefined,
  ]);
  await readingOf(deps, next, Infinity, cloud.read);
  expect(cloud.asked()).toBe(2);
  vi.useFakeTimers({ now: Date.now() + SHARED_MS + 1 });
  const later = { ...next, step: 'a step after that' };
  expect(await lateReading(deps, later, Infinity)).toBeUndefined();
  expect([atOnce(next), atOnce(later)]).toEqual(['as it stands now', undefined]);
  vi.useRealTimers();
});

test('one who asks another step waits for a reading that is under way; one that failed serves nobody', async () => {
  const deps = taker();
  const first = { ...ONE, phase: 'a phase' };
  const next = { ...first, step: 'the next step' };
  const begun = readingOf(deps, first, Infinity, answering(failed).read);
  expect(givenAlready(deps, next)).toBeUndefined();
  expect(await lateReading(deps, next, Infinity)).toBeUndefined();
  expect(await begun).toEqual(failed);
  expect([givenAlready(deps, first), givenAlready(deps, next)]).toEqual([undefined, undefined]);
  const again = readingOf(deps, first, Infinity, answering(good).read);
  expect(await lateReading(deps, next, Infinity)).toEqual(good);
  await again;
});

test('a reading that is there is given without asking for one; of a failed one, and of another step, there is none', async () => {
  const deps = taker();
  await readingOf(deps, ONE, 1_000, answering(good).read);
  await readingOf(deps, { ...ONE, system: 'aws:2' }, 1_000, answering(failed).read);
  expect(await keptReading(deps, ONE)).toEqual(good);
  expect(await keptReading(deps, { ...ONE, system: 'aws:2' })).toBeUndefined();
  expect(await keptReading(deps, { ...ONE, step: 'another step' })).toBeUndefined();
});

test('how old a reading is counts from when it was complete; one that another took the place of is endlessly old', async () => {
  const deps = taker();
  const first: Answer<unknown> = { ok: true, value: { read: 'first' } };
  const second: Answer<unknown> = { ok: true, value: { read: 'second' } };
  const cloud = answering(first, second);
  expect(ageOf(deps, ONE, first.value)).toBe(Infinity);
  await readingOf(deps, ONE, Infinity, cloud.read);
  expect(ageOf(deps, ONE, first.value)).toBeLessThan(10_000);
  await readingOf(deps, ONE, -1, cloud.read);
  expect(ageOf(deps, ONE, first.value)).toBe(Infinity);
  expect(ageOf(deps, ONE, second.value)).toBeLessThan(10_000);
});

test('of the systems that a step reads for their own sake only the newest are kept; what somebody asks for without a limit of age, or will, stays', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const deps = taker();
  const of = (system: SystemId) => ({ step: 'step', system });
  await readingOf(deps, of('aws:1'), 45_000, answering(good).read);
  await readingOf(deps, of('aws:2'), 45_000, answering(good).read);
  await readingOf(deps, of('aws:3'), Infinity, answering(good).read);
  await readingOf(deps, { ...of('aws:5'), lasting: true }, 45_000, answering(good).read);
  // Somebody asks what uses things in it.
  await keptReading(deps, of('aws:2'));
  vi.advanceTimersByTime(60_000);
  await readingOf(deps, of('aws:4'), 45_000, answering(good).read);
  const kept = await Promise.all((['aws:1', 'aws:2', 'aws:3', 'aws:4', 'aws:5'] as const).map((s) => keptReading(deps, of(s))));
  expect(kept.map((k) => k?.ok ?? false)).toEqual([false, true, true, true, true]);
});
