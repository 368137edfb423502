import { expect, test } from 'vitest';
import { allHold, lastOf, succeedWithoutFourEyes } from './attacks.ts';

test('every attack on who decides holds where signatures are demanded', () => allHold('ssh', 220), 600_000);

test('some succeed where names are asserted', () => {
  expect(lastOf('asserted').asserted).toContain('approve in the clear, as a signal');
}, 300_000);

test('an attack that a mechanism holds succeeds as soon as that is switched off', () => succeedWithoutFourEyes('ssh'), 300_000);
