import { expect, test } from 'vitest';
import { unitsOf } from '../../model/unit.ts';

const thing = (id: string, provides: string[], uses: string[]) => ({ id, provides, uses });

test('what uses what another provides belongs together, over as many steps as there are; what only uses the same does not', () => {
  const units = unitsOf([
    thing('pool', ['pool'], []),
    thing('provider', [], ['pool', 'audience']),
    thing('grant', [], ['pool', 'account']),
    thing('account', ['account'], []),
    thing('role', [], ['account']),
    thing('other', [], ['audience']),
  ]);
  expect(units('role').first(20)).toEqual(['account', 'grant', 'pool', 'provider']);
  expect(units('role')).toMatchObject({ count: 4 });
  expect(units('pool').first(20)).toEqual(['account', 'grant', 'provider', 'role']);
  expect(units('pool').first(2)).toEqual(['account', 'grant']);
  expect(units('other').first(20)).toEqual([]);
  expect(units('nothing known')).toMatchObject({ count: 0 });
});
