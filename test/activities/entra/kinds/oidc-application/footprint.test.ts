import { expect, test } from 'vitest';
import type { ApplicationDefinition } from '../../../../../activities/entra/application.ts';
import { oidcApplication } from '../../../../../activities/entra/kinds/oidc-application/index.ts';
import { untouchedOf } from '../../../../model/findings.ts';
import { FACTS, CIEM_PRINCIPAL } from '../../../planned.ts';
import { application, AWS_URI, snapshot, WORKER } from '../../fixtures.ts';

const CREDENTIAL = { keyId: '9a8b7c6d-0003-4e5f-8a9b-0c1d2e3f4a5b' };
const FEDERATED = { id: 'f-1', name: 'github', issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:x', audiences: [] };
const judge = (...applications: ApplicationDefinition[]) => oidcApplication.match(snapshot({ applications }), FACTS);

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
    { confidence: 'name-only', onlyNamed: true, provides: ['aws:audience:api://contoso-ciem', 'gcp:audience:api://contoso-ciem'] },
  ]);
});

test.each([['api://mciem-aws-oidc-app-test'], ['api://MCIEM-AWS-OIDC-APP'], ['api://x/mciem-aws-oidc-app']])(
  'a name that looks like onboarding’s with the URI %s is only told',
  (uri) => {
    const { findings, bystanders } = judge(application([uri], { displayName: 'mciem-aws-oidc-connector' }));
    expect(findings).toEqual([]);
    expect(bystanders).toMatchObject([{ why: expect.stringContaining('mciem-aws-oidc-connector') as string, uses: [] }]);
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

test('another identifier URI on it is somebody else’s audience: it is held, and they are named', () => {
  const { findings } = judge(application(['api://payroll', AWS_URI, 'https://contoso.example/etl']));
  expect(findings[0]).toMatchObject({
    confidence: 'certain',
    hold: { code: 'SharedApplication', who: ['api://payroll', 'https://contoso.example/etl'] },
  });
});

test.each([
  ['that of another cloud of Permissions Management', 'api://mciem-gcp-oidc-app'],
  ['one that the manifest names', 'api://contoso-ciem'],
  ['the one that Entra proposes', 'api://c8d7e6f5-0001-4a1b-9c2d-3e4f5a6b7c01'],
])('%s holds nothing', (_what, uri) => {
  expect(judge(application([AWS_URI, uri])).findings[0]?.hold).toBeUndefined();
});

test('without credentials nothing holds it', () => {
  expect(judge(application([AWS_URI])).findings[0]?.hold).toBeUndefined();
});

test.each([
  [{ state: 'in-use', why: ['a plan'] }, /^shared with Defender for Cloud.*a plan/],
  [undefined, /^shared with Defender for Cloud/],
] as const)('Defender %o holds it, for its own CIEM uses the same application', (defender, reason) => {
  const { defender: _, ...facts } = FACTS;
  const shared = defender ? { ...facts, defender: { ...defender, why: [...defender.why] } } : facts;
  const match = oidcApplication.match(snapshot({ applications: [application([AWS_URI])] }), shared);
  expect(match.findings[0]?.hold).toMatchObject({ code: 'SharedWithDefender', reason: expect.stringMatching(reason) as string });
});

test('an absent and an empty field are the same definition', () => {
  const [a, b] = [application([AWS_URI]), application([AWS_URI], { notes: null, web: null })].map((x) => judge(x).findings[0]?.snapshot);
  expect(a).toEqual(b);
});

test('the worker’s own application is nobody’s to remove', () => {
  const facts = { ...FACTS, ourselves: [WORKER, CIEM_PRINCIPAL] };
  const left = (change: Partial<ApplicationDefinition>) => untouchedOf(judge(application([AWS_URI], change)).findings, facts);
  expect(left({ appId: WORKER })).toEqual([`this worker runs under ${WORKER}`]);
  expect(left({ servicePrincipals: [WORKER] })).toEqual([`this worker runs under ${WORKER}`]);
  expect(left({})).toEqual([]);
});
