import { expect, test } from 'vitest';
import { ciemSignIn } from '../../../../../activities/entra/kinds/ciem-sign-in/index.ts';
import type { ServicePrincipal } from '../../../../../activities/entra/wire/shapes.ts';
import { untouchedOf } from '../../../../model/findings.ts';
import { FACTS, CIEM_PRINCIPAL } from '../../../planned.ts';
import { principal, snapshot, WORKER } from '../../fixtures.ts';

const signIn = (p: ServicePrincipal) => ciemSignIn.match(snapshot({ ciemServicePrincipals: [p] }), FACTS).findings;

test('enabled it is found by its application id, disabled it is gone', () => {
  expect(signIn(principal())).toMatchObject([{ id: `entra-ciem-sign-in:${CIEM_PRINCIPAL}`, phase: 'sign-in', provides: ['ciem:sign-in'] }]);
  expect(signIn(principal({ accountEnabled: false }))).toEqual([]);
});

test('Defender’s own CIEM signs in through it: in use it holds sign-in, absent it does not', () => {
  const hold = (state: 'in-use' | 'absent') =>
    ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()] }), { ...FACTS, defender: { state, why: [] } }).findings[0]?.hold;
  expect(hold('in-use')).toMatchObject({ code: 'SharedWithDefender' });
  expect(hold('absent')).toBeUndefined();
});

test.each([
  ['it signed in by itself', { byItself: 'the CIEM application signed in by itself on x' }, true],
  ['people signed in to it', { byPeople: 'people signed in to the CIEM application on x' }, true],
  ['nobody used it', {}, false],
])('%s lately: it is held (%o) %s', (_what, ciemUse, held) => {
  const { findings, bystanders } = ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()], ciemUse }), FACTS);
  expect(findings[0]?.hold?.code).toBe(held ? 'RecentlyUsed' : undefined);
  expect(bystanders).toEqual([]);
});

test('that nobody could look at its use is told, and holds nothing', () => {
  const ciemUse = { unseen: 'Authorization_RequestDenied' };
  const { findings, bystanders } = ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()], ciemUse }), FACTS);
  expect(findings[0]?.hold).toBeUndefined();
  expect(bystanders).toMatchObject([{ why: expect.stringContaining('AuditLog.Read.All') as string }]);
});

test('“Entitlement Management”, another product, is not it', () => {
  expect(signIn(principal({ appId: '810dcf14-1a58-4e64-b2a7-4c2ed7d7dc01', displayName: 'Entitlement Management' }))).toEqual([]);
});

test('the worker’s own principal is nobody’s to remove', () => {
  const left = (...own: string[]) => untouchedOf(signIn(principal()), { ...FACTS, ourselves: own });
  expect(left(WORKER, CIEM_PRINCIPAL)).toEqual([`this worker runs under ${CIEM_PRINCIPAL}`]);
  expect(left(WORKER)).toEqual([]);
});
