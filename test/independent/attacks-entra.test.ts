import { test } from 'vitest';
import { allHold, succeedWithoutFourEyes } from './attacks.ts';

test('every attack on who decides holds where sign-ins are demanded', () => allHold('entra', 230), 600_000);

test('an attack that a mechanism holds succeeds as soon as that is switched off', () => succeedWithoutFourEyes('entra'), 300_000);
