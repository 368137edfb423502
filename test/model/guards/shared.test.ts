import { expect, test } from 'vitest';
import type { Hold } from '../../../model/finding.ts';
import { shared, sharedApplication, sharedProvider, sharedRole, sharedServiceAccount, sharedTrust } from '../../../model/guards/shared.ts';

const GUARDS: [string, (others: readonly string[]) => Hold | undefined][] = [
  ['Shared', shared],
  ['SharedTrust', sharedTrust],
  ['SharedServiceAccount', sharedServiceAccount],
  ['SharedProvider', sharedProvider],
  ['SharedApplication', sharedApplication],
  ['SharedRole', sharedRole],
];

test.each(GUARDS)('%s holds what others use, and names all of them', (code, guard) => {
  expect(guard(['one', 'another'])).toMatchObject({ code, reason: expect.stringMatching(/one, another|another, one/) as string });
});

test.each(GUARDS)('%s holds nothing that nobody else uses', (_code, guard) => {
  expect(guard([])).toBeUndefined();
});

test('a custom role whose holders nobody could look at is held, with what would let one look', () => {
  const hold = sharedRole([], 'below the organisation could not be looked at (denied): allow it, or ask');
  expect(hold).toEqual({
    code: 'SharedRole',
    reason: 'whether others hold it below the organisation could not be looked at (denied): allow it, or ask',
  });
});
