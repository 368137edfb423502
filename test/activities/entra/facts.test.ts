import { expect, test } from 'vitest';
import { entraFacts } from '../../../activities/entra/facts.ts';
import type { ServicePrincipal } from '../../../activities/entra/wire/shapes.ts';
import { CIEM_PRINCIPAL } from '../planned.ts';
import { principal, snapshot, WORKER } from './fixtures.ts';

test('only what it did by itself counts against its assignments in Azure', () => {
  const used = (ciemUse: object) => entraFacts(snapshot({ ciemUse })).ciemUsedRecently;
  expect(used({ byItself: 'a', byPeople: 'b' })).toBe('a');
  expect(used({ byPeople: 'b' })).toBeUndefined();
});

test('the principal is an anchor also when it is disabled, and no anchor where there is none', () => {
  const facts = (p: ServicePrincipal[]) => entraFacts(snapshot({ ciemServicePrincipals: p }));
  expect(facts([principal({ accountEnabled: false })])).toEqual({
    ciemPrincipalId: CIEM_PRINCIPAL,
    ciemFormerIds: [],
    ourselves: [WORKER],
  });
  expect(facts([])).toEqual({ ciemFormerIds: [], ourselves: [WORKER] });
});
