import { describe, expect, test } from 'vitest';
import { ciemSignIn } from '../../../activities/entra/kinds/ciem-sign-in/ciem-sign-in.ts';
import type { EntraApi, ServicePrincipal } from '../../../activities/entra/wire/clients.ts';
import { entraCloud } from '../../../activities/entra/cloud.ts';
import { oidcApplication } from '../../../activities/entra/kinds/oidc-application/oidc-application.ts';
import type { ApplicationDefinition, EntraSnapshot } from '../../../activities/entra/reader.ts';
import { MEPM } from '../../../model/footprint.ts';
import { ANCHORS, CIEM_PRINCIPAL, planned, TENANT } from '../planned.ts';
import { refusal } from '../refusals.ts';

const AWS_URI = 'api://mciem-aws-oidc-app';
const CREDENTIAL = { keyId: '9a8b7c6d-0003-4e5f-8a9b-0c1d2e3f4a5b' };
const FEDERATED = { id: 'f-1', name: 'github', issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:x', audiences: [] };

function application(identifierUris: string[], change: Partial<ApplicationDefinition> = {}): ApplicationDefinition {
  return {
    id: '1f2e3d4c-0001-4b5a-8c7d-9e0f1a2b3c01',
    appId: 'c8d7e6f5-0001-4a1b-9c2d-3e4f5a6b7c01',
    displayName: 'renamed by somebody',
    identifierUris,
    passwordCredentials: [],
    keyCredentials: [],
    federatedIdentityCredentials: [],
    servicePrincipals: ['5d2f81a4-7c06-4e93-b1d8-93a6f0c4e204'],
    ...change,
  };
}

const principal = (change: Partial<ServicePrincipal> = {}): ServicePrincipal => ({
  id: CIEM_PRINCIPAL,
  appId: MEPM.ciemAppId,
  displayName: 'Cloud Infrastructure Entitlement Management',
  accountEnabled: true,
  ...change,
});

const WORKER = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e206';

function snapshot(change: Partial<EntraSnapshot>): EntraSnapshot {
  return {
    system: `entra:${TENANT}`,
    namedUris: [AWS_URI, 'api://contoso-ciem'],
    applications: [],
    ciemServicePrincipals: [],
    ourselves: [WORKER],
    ciemUse: {},
    ...change,
  };
}
const judge = (...applications: ApplicationDefinition[]) => oidcApplication.match(snapshot({ applications }), ANCHORS);

describe('OIDC applications', () => {
  test.each([
    [AWS_URI, 'aws:audience'],
    ['api://ciem-aws-oidc-app', 'aws:audience'],
    ['api://mciem-gcp-oidc-app', 'gcp:audience'],
  ])('%s makes it certain whatever its name, and provides that cloud’s audience', (uri, token) => {
    expect(judge(application([uri])).findings).toMatchObject([
      { confidence: 'certain', phase: 'oidc-applications', provides: [`${token}:${uri}`] },
    ]);
  });

  test('a URI only the manifest names is name-only and may be trusted in either cloud', () => {
    expect(judge(application(['api://contoso-ciem'])).findings).toMatchObject([
      { confidence: 'name-only', provides: ['aws:audience:api://contoso-ciem', 'gcp:audience:api://contoso-ciem'] },
    ]);
  });

  test.each([['api://mciem-aws-oidc-app-test'], ['api://MCIEM-AWS-OIDC-APP'], ['api://x/mciem-aws-oidc-app']])(
    'a name that looks like onboarding’s with the URI %s is only told',
    (uri) => {
      const { findings, sightings } = judge(application([uri], { displayName: 'mciem-aws-oidc-connector' }));
      expect(findings).toEqual([]);
      expect(sightings).toMatchObject([{ why: expect.stringContaining('mciem-aws-oidc-connector') as string, uses: [] }]);
    },
  );

  test.each([
    ['secrets', { passwordCredentials: [CREDENTIAL] }],
    ['certificates', { keyCredentials: [CREDENTIAL] }],
    ['federated credentials', { federatedIdentityCredentials: [FEDERATED] }],
  ])('%s on it hold it for a person', (what, change) => {
    const { findings } = judge(application([AWS_URI], change));
    expect(findings[0]?.hold).toMatchObject({ code: 'HasCredentials', reason: expect.stringContaining(`1 ${what}`) as string });
  });

  test('without credentials nothing holds it', () => {
    expect(judge(application([AWS_URI])).findings[0]?.hold).toBeUndefined();
  });

  test.each([
    [{ state: 'in-use', why: ['a plan'] }, /^shared with Defender for Cloud.*a plan/],
    [undefined, /^shared with Defender for Cloud/],
  ] as const)('Defender %o holds it, for its own CIEM uses the same application', (defender, reason) => {
    const { defender: _, ...anchors } = ANCHORS;
    const shared = defender ? { ...anchors, defender: { ...defender, why: [...defender.why] } } : anchors;
    const match = oidcApplication.match(snapshot({ applications: [application([AWS_URI])] }), shared);
    expect(match.findings[0]?.hold).toMatchObject({ code: 'SharedWithDefender', reason: expect.stringMatching(reason) as string });
  });

  test('an absent and an empty field are the same definition', () => {
    const [a, b] = [application([AWS_URI]), application([AWS_URI], { notes: null, web: null })].map((x) => judge(x).findings[0]?.snapshot);
    expect(a).toEqual(b);
  });
});

describe('CIEM sign-in', () => {
  const signIn = (p: ServicePrincipal) => ciemSignIn.match(snapshot({ ciemServicePrincipals: [p] }), ANCHORS).findings;

  test('enabled it is found by its application id, disabled it is gone', () => {
    expect(signIn(principal())).toMatchObject([
      { id: `entra-ciem-sign-in:${CIEM_PRINCIPAL}`, phase: 'sign-in', provides: ['ciem:sign-in'] },
    ]);
    expect(signIn(principal({ accountEnabled: false }))).toEqual([]);
  });

  test('Defender’s own CIEM signs in through it: in use it holds sign-in, absent it does not', () => {
    const hold = (state: 'in-use' | 'absent') =>
      ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()] }), { ...ANCHORS, defender: { state, why: [] } }).findings[0]?.hold;
    expect(hold('in-use')).toMatchObject({ code: 'SharedWithDefender' });
    expect(hold('absent')).toBeUndefined();
  });

  test.each([
    ['it signed in by itself', { byItself: 'the CIEM application signed in by itself on x' }, true],
    ['people signed in to it', { byPeople: 'people signed in to the CIEM application on x' }, true],
    ['nobody used it', {}, false],
  ])('%s lately: it is held (%o) %s', (_what, ciemUse, held) => {
    const { findings, sightings } = ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()], ciemUse }), ANCHORS);
    expect(findings[0]?.hold?.code).toBe(held ? 'RecentlyUsed' : undefined);
    expect(sightings).toEqual([]);
  });

  test('that nobody could look at its use is told, and holds nothing', () => {
    const ciemUse = { unseen: 'Authorization_RequestDenied' };
    const { findings, sightings } = ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()], ciemUse }), ANCHORS);
    expect(findings[0]?.hold).toBeUndefined();
    expect(sightings).toMatchObject([{ why: expect.stringContaining('AuditLog.Read.All') as string }]);
  });

  test('only what it did by itself counts against its assignments in Azure', () => {
    const used = (ciemUse: object) => entraCloud().anchors(snapshot({ ciemUse }), TENANT, ANCHORS.issuer).ciemUsedRecently;
    expect(used({ byItself: 'a', byPeople: 'b' })).toBe('a');
    expect(used({ byPeople: 'b' })).toBeUndefined();
  });

  test('the worker’s own principal and application are nobody’s to remove', () => {
    const anchors = { ...ANCHORS, ourselves: [WORKER, CIEM_PRINCIPAL] };
    expect(ciemSignIn.match(snapshot({ ciemServicePrincipals: [principal()] }), anchors).findings[0]?.hold?.code).toBe('Ourselves');
    const hold = (change: Partial<ApplicationDefinition>) =>
      oidcApplication.match(snapshot({ applications: [application([AWS_URI], change)] }), anchors).findings[0]?.hold?.code;
    expect(hold({ appId: WORKER })).toBe('Ourselves');
    expect(hold({ servicePrincipals: [WORKER] })).toBe('Ourselves');
    expect(hold({})).toBeUndefined();
  });

  test('“Entitlement Management”, another product, is not it', () => {
    expect(signIn(principal({ appId: '810dcf14-1a58-4e64-b2a7-4c2ed7d7dc01', displayName: 'Entitlement Management' }))).toEqual([]);
  });

  test('the principal is an anchor also when it is disabled, and no anchor where there is none', () => {
    const anchors = (p: ServicePrincipal[]) => entraCloud().anchors(snapshot({ ciemServicePrincipals: p }), TENANT, ANCHORS.issuer);
    expect(anchors([principal({ accountEnabled: false })])).toEqual({ ciemPrincipalId: CIEM_PRINCIPAL, ourselves: [WORKER] });
    expect(anchors([])).toEqual({ ourselves: [WORKER] });
  });

  test('read again it is undefined once disabled or deleted, and a denial is thrown', async () => {
    const item = planned(signIn(principal())[0] as never);
    const read = (answer: () => Promise<ServicePrincipal>) => ciemSignIn.read({ getServicePrincipal: answer } as unknown as EntraApi, item);
    expect(await read(() => Promise.resolve(principal()))).toEqual(item.snapshot);
    expect(await read(() => Promise.resolve(principal({ accountEnabled: false })))).toBeUndefined();
    expect(await read(() => Promise.reject(refusal(404, 'Request_ResourceNotFound')))).toBeUndefined();
    await expect(read(() => Promise.reject(refusal(403, 'Authorization_RequestDenied')))).rejects.toMatchObject({ statusCode: 403 });
  });
});
