import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { GoogleAuth } from 'google-auth-library';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { Contract, ContractViolation } from './contract.ts';
import { googleClients } from './google-clients.ts';
import * as estate from './small-estate.ts';

const ARM = new Contract('arm-role-assignments.2022-04-01.swagger.json');
const GRAPH = new Contract('graph.v1.0.openapi.json');
const IAM = new Contract('gcp-iam.v1.openapi.json');
const MANAGER = new Contract('gcp-resource-manager.v3.openapi.json');

const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';
const ARM_SCOPE = 'https://management.azure.com/.default';
const ASSIGNMENTS = 'providers/Microsoft.Authorization/roleAssignments';
const SUBSCRIPTION = `/subscriptions/${estate.SUBSCRIPTION}`;
const ACCOUNT = `/v1/projects/${estate.PROJECT}/serviceAccounts/${estate.EMAIL}`;
const POOL = `/v1/${estate.POOL}`;
const PROVIDER = `${POOL}/providers/mciem-wi-provider`;
const APPLICATION = `/v1.0/applications/${estate.AWS_OIDC_APP}`;
const GRANTED = `/v1.0/servicePrincipals/${estate.WORKER_PRINCIPAL}/appRoleAssignments`;
const VERSION_3 = { options: { requestedPolicyVersion: 3 } };
const LINGER_MS = 500;

let sandbox: CloudSandbox;
let google: GoogleAuth;
beforeAll(async () => {
  sandbox = await startCloudSandbox([...estate.AZURE, estate.SECOND_OWNER, ...estate.ENTRA, ...estate.GCP], { lingerMs: LINGER_MS });
  google = googleClients(sandbox).auth;
});
afterAll(() => sandbox.close());

interface Service {
  prefix: string;
  contract: Contract;
  token: () => Promise<string>;
}
const googleToken = async () => (await google.getAccessToken()) ?? '';
const SERVICES = {
  arm: { prefix: '/arm', contract: ARM, token: async () => (await sandbox.credential.getToken(ARM_SCOPE)).token },
  graph: { prefix: '/graph', contract: GRAPH, token: async () => (await sandbox.credential.getToken(GRAPH_SCOPE)).token },
  iam: { prefix: '/gcp-iam', contract: IAM, token: googleToken },
  manager: { prefix: '/gcp-crm', contract: MANAGER, token: googleToken },
} satisfies Record<string, Service>;

/** Makes one call, holds request and response against the contract, and gives the response's body. */
async function call(service: Service, method: string, path: string, status: number, sent?: object): Promise<Record<string, unknown>> {
  const url = new URL(path, 'https://contract');
  service.contract.request(method, decodeURIComponent(url.pathname), sent);
  const headers = { authorization: `Bearer ${await service.token()}`, 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.origin}${service.prefix}${path}`, {
    method,
    headers,
    ...(sent ? { body: JSON.stringify(sent) } : {}),
  });
  const text = await answer.text();
  const body = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
  expect({ status: answer.status, text }).toEqual({ status, text });
  service.contract.response(method, decodeURIComponent(url.pathname), status, body);
  return body ?? {};
}

type Call = [method: string, path: string, status: number, sent?: object];
const named = (calls: Call[]) =>
  calls.map(([method, path, status, sent]) => ({ name: `${method} ${path} ${status}`, method, path, status, sent }));

describe('ARM answers as its specification says', () => {
  const VERSION = 'api-version=2022-04-01';
  const id = `${SUBSCRIPTION}/${ASSIGNMENTS}/${estate.assignmentName(4)}`;
  const roleDefinitionId = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${estate.READER}`;
  test.each(
    named([
      ['GET', `${SUBSCRIPTION}/${ASSIGNMENTS}?${VERSION}`, 200],
      ['GET', `${SUBSCRIPTION}/${ASSIGNMENTS}?${VERSION}&$filter=principalId eq '${estate.CIEM_PRINCIPAL}'`, 200],
      ['GET', `${SUBSCRIPTION}/${ASSIGNMENTS}?${VERSION}&$filter=assignedTo('${estate.CIEM_PRINCIPAL}')`, 200],
      ['GET', `${SUBSCRIPTION}/${ASSIGNMENTS}`, 400],
      ['GET', `/subscriptions/${estate.TENANT}/${ASSIGNMENTS}?${VERSION}`, 404],
      ['GET', `${id}?${VERSION}`, 200],
      ['DELETE', `${SUBSCRIPTION}/resourceGroups/locked/${ASSIGNMENTS}/${estate.assignmentName(6)}?${VERSION}`, 409],
      ['DELETE', `${id}?${VERSION}`, 200],
      ['DELETE', `${id}?${VERSION}`, 204],
      ['PUT', `${id}?${VERSION}`, 201, { properties: { roleDefinitionId, principalId: estate.CIEM_PRINCIPAL } }],
    ]),
  )('$name', async ({ method, path, status, sent }) => void (await call(SERVICES.arm, method, path, status, sent)));
});

describe('Graph answers as its description says', () => {
  const uri = encodeURIComponent("identifierUris/any(x:x eq 'api://mciem-aws-oidc-app')");
  const deleted = `/v1.0/directory/deletedItems/${estate.AWS_OIDC_APP}`;
  test.each(
    named([
      ['GET', '/v1.0/applications', 200],
      ['GET', `/v1.0/applications?$filter=${uri}`, 200],
      ['GET', '/v1.0/applications?$filter=nonsense', 400],
      ['GET', APPLICATION, 200],
      ['GET', `/v1.0/applications/${estate.TENANT}`, 404],
      ['GET', `${APPLICATION}/federatedIdentityCredentials`, 200],
      ['GET', `/v1.0/servicePrincipals?$filter=appId eq '${estate.CIEM_APP}'`, 200],
      ['GET', `/v1.0/servicePrincipals/${estate.CIEM_PRINCIPAL}`, 200],
      ['PATCH', `/v1.0/servicePrincipals/${estate.CIEM_PRINCIPAL}`, 204, { accountEnabled: false }],
      ['GET', '/v1.0/roleManagement/directory/roleAssignments?$top=1', 200],
      ['GET', `/v1.0/servicePrincipals/${estate.GRAPH_PRINCIPAL}?$select=id,appRoles`, 200],
      ['GET', GRANTED, 200],
      ['GET', `/v1.0/servicePrincipals/${estate.ALICE}/appRoleAssignments`, 404],
      ['DELETE', `${GRANTED}/granted-1`, 204],
      ['DELETE', `${GRANTED}/granted-1`, 404],
      ['GET', `/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '${estate.WORKER_PRINCIPAL}'`, 200],
      ['DELETE', '/v1.0/roleManagement/directory/roleAssignments/nothing', 404],
      ['DELETE', APPLICATION, 204],
      ['GET', deleted, 200],
      ['POST', `${deleted}/microsoft.graph.restore`, 200],
      ['GET', deleted, 404],
    ]),
  )('$name', async ({ method, path, status, sent }) => void (await call(SERVICES.graph, method, path, status, sent)));
});

describe('Google IAM answers as its discovery document says', () => {
  test.each(
    named([
      ['GET', `/v1/projects/${estate.PROJECT}/serviceAccounts`, 200],
      ['GET', '/v1/projects/nobody-knows/serviceAccounts', 403],
      ['GET', ACCOUNT, 200],
      ['POST', `${ACCOUNT}:getIamPolicy`, 200],
      ['POST', `${ACCOUNT}:setIamPolicy`, 200, { policy: { version: 3, bindings: [] } }],
      ['POST', `${ACCOUNT}:disable`, 200, {}],
      ['POST', `${ACCOUNT}:enable`, 200, {}],
      ['DELETE', ACCOUNT, 200],
      ['DELETE', ACCOUNT, 403],
      ['POST', `${ACCOUNT}:getIamPolicy`, 403],
      ['POST', `/v1/projects/-/serviceAccounts/${estate.UNIQUE_ID}:undelete`, 200, {}],
      ['GET', `/v1/projects/${estate.PROJECT}/locations/global/workloadIdentityPools`, 200],
      ['GET', POOL, 200],
      ['GET', `${POOL}/providers`, 200],
      ['GET', PROVIDER, 200],
      ['GET', `${PROVIDER}-x`, 404],
    ]),
  )('$name', async ({ method, path, status, sent }) => void (await call(SERVICES.iam, method, path, status, sent)));

  test.each([PROVIDER, POOL])('deleting and undeleting %s, with the operations between', async (path) => {
    for (const [method, target, sent] of [['DELETE', path] as const, ['POST', `${path}:undelete`, {}] as const]) {
      const operation = await call(SERVICES.iam, method, target, 200, sent);
      const name = `/v1/${String(operation['name'])}`;
      expect((await call(SERVICES.iam, 'GET', name, 200))['done']).toBeUndefined();
      sandbox.advance(LINGER_MS);
      expect((await call(SERVICES.iam, 'GET', name, 200))['done']).toBe(true);
      expect((await call(SERVICES.iam, 'GET', path, 200))['state']).toBe(method === 'DELETE' ? 'DELETED' : 'ACTIVE');
    }
  });
});

describe('Google Resource Manager answers as its discovery document says', () => {
  const project = `/v3/projects/${estate.PROJECT}`;
  test.each(
    named([
      ['GET', '/v3/organizations/900', 200],
      ['GET', '/v3/organizations:search', 200],
      ['GET', '/v3/folders/901', 200],
      ['GET', '/v3/folders?parent=organizations/900', 200],
      ['GET', '/v3/folders:search', 200],
      ['GET', project, 200],
      ['GET', '/v3/projects/nobody-knows', 403],
      ['GET', '/v3/projects?parent=folders/901', 200],
      ['GET', '/v3/projects:search', 200],
      ['POST', `${project}:getIamPolicy`, 200, {}],
      ['POST', '/v3/folders/901:getIamPolicy', 200, VERSION_3],
      ['POST', '/v3/organizations/900:getIamPolicy', 200, VERSION_3],
      ['POST', `${project}:setIamPolicy`, 409, { policy: { etag: 'c3RhbGU=', bindings: [] } }],
    ]),
  )('$name', async ({ method, path, status, sent }) => void (await call(SERVICES.manager, method, path, status, sent)));

  test('reading a policy and writing it back', async () => {
    const policy = await call(SERVICES.manager, 'POST', `${project}:getIamPolicy`, 200, VERSION_3);
    const written = await call(SERVICES.manager, 'POST', `${project}:setIamPolicy`, 200, { policy });
    expect(written['bindings']).toEqual(policy['bindings']);
  });
});

describe('the contracts refuse', () => {
  test.each([
    [
      'ARM, an assignment without a principal',
      () => ARM.response('GET', `${SUBSCRIPTION}/${ASSIGNMENTS}/x`, 200, { properties: { roleDefinitionId: 'r' } }),
    ],
    ['ARM, a list that is none', () => ARM.response('GET', `${SUBSCRIPTION}/${ASSIGNMENTS}`, 200, { value: {} })],
    [
      'Graph, an application whose URIs are one text',
      () => GRAPH.response('GET', APPLICATION, 200, { id: 'x', identifierUris: 'api://x' }),
    ],
    [
      'Graph, a credential whose key id is no GUID',
      () => GRAPH.response('GET', APPLICATION, 200, { passwordCredentials: [{ keyId: 'x' }] }),
    ],
    ['Graph, an error in another shape', () => GRAPH.response('GET', APPLICATION, 404, { message: 'gone' })],
    ['IAM, a service account with a field Google does not have', () => IAM.response('GET', ACCOUNT, 200, { mail: 'x' })],
    ['IAM, a pool in a state Google does not have', () => IAM.response('GET', POOL, 200, { state: 'GONE' })],
    [
      'Resource Manager, a policy whose version is a text',
      () => MANAGER.response('POST', '/v3/folders/1:getIamPolicy', 200, { version: '3' }),
    ],
    [
      'Resource Manager, an error without its status',
      () => MANAGER.response('GET', '/v3/folders/1', 403, { error: { code: 403, message: 'no' } }),
    ],
    ['Resource Manager, a request with an unknown option', () => MANAGER.request('POST', '/v3/folders/1:getIamPolicy', { option: {} })],
    ['Graph, a call that is not described', () => GRAPH.response('GET', '/v1.0/groups', 200, {})],
    ['Graph, a body where there is none', () => GRAPH.response('DELETE', APPLICATION, 204, {})],
  ])('%s', (_, broken) => {
    expect(broken).toThrow(ContractViolation);
  });
});
