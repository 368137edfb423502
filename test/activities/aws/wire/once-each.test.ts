import { expect, test } from 'vitest';
import { onceEach } from '../../../../activities/aws/wire/once-each.ts';

test('who a session is is asked once for its credentials, again for others, and again where the answer failed', async () => {
  let key = 'a';
  let asked = 0;
  let fails = false;
  const who = onceEach(
    () => Promise.resolve(key),
    () => {
      asked += 1;
      return fails ? Promise.reject(new Error('no')) : Promise.resolve(`${key}${asked}`);
    },
  );
  expect(await Promise.all([who(), who()])).toEqual(['a1', 'a1']);
  key = 'b';
  fails = true;
  await expect(who()).rejects.toThrow('no');
  fails = false;
  expect([await who(), await who()]).toEqual(['b3', 'b3']);
});
