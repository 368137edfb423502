import { expect, test } from 'vitest';
import { foundOf, settled } from '../../activities/settle.ts';

const looked = async (answers: string[]) => {
  const given = [...answers];
  const at: number[] = [];
  const last = await settled(
    4,
    () => (at.push(performance.now()), Promise.resolve(given.shift())),
    (answer) => answer === 'gone',
  );
  return { last, at };
};

test('an answer that stands is taken at once; another is asked for again, later and later', async () => {
  expect(await looked(['gone', 'there'])).toMatchObject({ last: 'gone', at: { length: 1 } });
  const { last, at } = await looked(['there', 'there', 'gone', 'there']);
  expect([last, at.length]).toEqual(['gone', 3]);
  // A timer may fire a fraction of a millisecond early.
  expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(4 + 8 - 2);
});

test('what does not change is believed after four looks', async () => {
  expect(await looked(['there', 'there', 'there', 'there', 'gone'])).toMatchObject({ last: 'there', at: { length: 4 } });
});

test('what is listed and not found is looked for once more, all of it together', async () => {
  const asked: string[] = [];
  const late = new Set(['b', 'd']);
  const find = (one: string) => {
    asked.push(one);
    const value = one === 'gone' || late.delete(one) ? undefined : one.toUpperCase();
    return Promise.resolve(value);
  };
  expect(await foundOf(1, ['a', 'b', 'gone', 'd'], find, 3)).toEqual(['A', 'B', 'D']);
  expect(asked.join(' ')).toBe('a b gone d b gone d');
  expect(await foundOf(3_600_000, ['a'], find)).toEqual(['A']);
});
