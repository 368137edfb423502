import { expect, test } from 'vitest';
import { unlessAbsent } from '../../../../activities/gcp/wire/absence.ts';
import { classifyGcp } from '../../../../activities/gcp/wire/classify.ts';
import { account, EMAIL, googleError, PROJECT, UNIQUE_ID } from '../fixtures.ts';

const APART = 5;
const there = [account([])];
const denied = () => Promise.reject(googleError(403, 'PERMISSION_DENIED', 'denied, or it may not exist'));

/** What comes of a refused call about an account, when its project's list answers these in turn, the last one again and again. */
async function judged(lists: (typeof there | Error)[], key = EMAIL, ask: () => Promise<unknown> = denied) {
  const asked: { project: string; at: number }[] = [];
  const list = (project: string) => {
    asked.push({ project, at: performance.now() });
    const answer = lists.length > 1 ? lists.shift() : lists[0];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? []);
  };
  const outcome = await unlessAbsent(list, APART)(`projects/${PROJECT}/serviceAccounts/${key}`, ask).catch(
    (e: unknown) => classifyGcp(e).code,
  );
  return { outcome, asked };
}

test.each([EMAIL, UNIQUE_ID])('an account that is refused with 403 and missing in two lists, some time apart, is gone: %s', async (key) => {
  const { outcome, asked } = await judged([[]], key);
  expect(outcome).toBeUndefined();
  expect(asked.map((a) => a.project)).toEqual([PROJECT, PROJECT]);
  // A timer may fire a fraction of a millisecond early.
  expect((asked[1]?.at ?? 0) - (asked[0]?.at ?? 0)).toBeGreaterThan(APART - 1);
});

test('one that its list shows, or shows every other time, stays refused: that is a missing permission', async () => {
  expect(await judged([there])).toMatchObject({ outcome: 'PermissionDenied' });
  expect(await judged([[], there, [], there])).toMatchObject({ outcome: 'PermissionDenied' });
});

test('one that a list shows for a while after it was deleted is gone once two lists lack it', async () => {
  const { outcome, asked } = await judged([there, [], []]);
  expect(outcome).toBeUndefined();
  expect(asked).toHaveLength(3);
});

test('one that is listed but refused only at first, as right after an undelete, is there', async () => {
  let tries = 0;
  const { outcome } = await judged([there], EMAIL, () => (++tries < 3 ? denied() : Promise.resolve('there')));
  expect(outcome).toBe('there');
});

test('where the list is refused, too, nothing is known; where it may be answered later, it is asked again later', async () => {
  expect(await judged([googleError(403, 'PERMISSION_DENIED', 'denied')])).toMatchObject({ outcome: 'PermissionDenied' });
  expect(await judged([[], googleError(503, 'UNAVAILABLE', 'later')])).toMatchObject({ outcome: 'Unavailable' });
});

test('a call that is answered, and Google’s own 404, ask no list; a page of somebody else’s says nothing', async () => {
  expect(await judged([[]], EMAIL, () => Promise.resolve('answer'))).toEqual({ outcome: 'answer', asked: [] });
  expect(await judged([there], EMAIL, () => Promise.reject(googleError(404, 'NOT_FOUND', 'x')))).toEqual({ outcome: undefined, asked: [] });
  const page = Object.assign(new Error('404'), { response: { status: 404, data: '<html>' } });
  expect(await judged([[]], EMAIL, () => Promise.reject(page))).toEqual({ outcome: 'NotTheApi', asked: [] });
});

test('accounts of one project that are asked about at once share its lists', async () => {
  let lists = 0;
  const ask = unlessAbsent(() => (lists++, new Promise((done) => setTimeout(done, APART, []))), APART);
  const names = ['a', 'b', 'c'].map((key) => `projects/${PROJECT}/serviceAccounts/${key}`);
  expect(await Promise.all(names.map((name) => ask(name, denied)))).toEqual([undefined, undefined, undefined]);
  expect(lists).toBe(2);
});
