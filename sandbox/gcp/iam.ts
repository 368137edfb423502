import { answerOf, type Route, type SandboxService } from '../service.ts';
import { getOperation } from './operations.ts';
import { getIamPolicy, setIamPolicy } from './policy-calls.ts';
import { createRole, deleteRole, getRole, listRoles, undeleteRole } from './roles.ts';
import {
  createServiceAccount,
  deleteServiceAccount,
  getServiceAccount,
  listServiceAccounts,
  listKeys,
  liveAccount,
  policyName,
  setDisabled,
  undeleteServiceAccount,
} from './service-accounts.ts';
import { exchangeToken, impersonate } from './token-endpoint.ts';
import { answer, GcpError } from './wire.ts';
import { createIdentity, deleteIdentity, identityWire, listIdentities, patchIdentity, undeleteIdentity } from './workload-identity.ts';

/** Google's IAM API v1: service accounts, workload identity pools and providers, and (at /token) the token exchange and impersonation. */
export const gcpIamService: SandboxService = {
  prefix: '/gcp-iam',
  handle(request, context) {
    if (request.method === 'POST' && request.path === '/token') return exchangeToken(request, context);
    const own = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(decodeURIComponent(request.path))?.[1];
    if (request.method === 'POST' && own !== undefined) return impersonate(own, request, context);
    return answer(request, context, () => {
      const path = decodeURIComponent(request.path);
      const answered = answerOf(ROUTES, path, { ...request, path }, context);
      if (!answered) throw new GcpError('NOT_FOUND', `Method not found: ${request.method} ${path}.`);
      return answered;
    });
  },
};

const ACCOUNTS = 'projects/([^/]+)/serviceAccounts';
const POOLS = 'projects/([^/]+)/locations/global/workloadIdentityPools';
const PROVIDERS = `${POOLS}/([^/]+)/providers`;
const ROLES = 'organizations/(\\d+)/roles';

type Pattern = [method: string, path: string, handler: Route[2]];

const PATTERNS: Pattern[] = [
  ['POST', ACCOUNTS, ([p = ''], r, c) => createServiceAccount(p, r, c)],
  ['POST', ROLES, ([o = ''], r, c) => createRole(o, r, c)],
  ['GET', ROLES, ([o = ''], r, c) => listRoles(o, r, c)],
  ['GET', `${ROLES}/([^/:]+)`, ([o = '', id = ''], _, c) => getRole(o, id, c)],
  ['DELETE', `${ROLES}/([^/:]+)`, ([o = '', id = ''], _, c) => deleteRole(o, id, c)],
  ['POST', `${ROLES}/([^/:]+):undelete`, ([o = '', id = ''], _, c) => undeleteRole(o, id, c)],
  ['GET', ACCOUNTS, ([p = ''], r, c) => listServiceAccounts(p, r, c)],
  ['GET', `${ACCOUNTS}/([^/:]+)`, ([p = '', a = ''], _, c) => getServiceAccount(p, a, c)],
  ['GET', `${ACCOUNTS}/([^/:]+)/keys`, ([p = '', a = ''], _, c) => listKeys(p, a, c)],
  ['DELETE', `${ACCOUNTS}/([^/:]+)`, ([p = '', a = ''], _, c) => deleteServiceAccount(p, a, c)],
  ['POST', `${ACCOUNTS}/([^/:]+):disable`, ([p = '', a = ''], _, c) => setDisabled(p, a, true, c)],
  ['POST', `${ACCOUNTS}/([^/:]+):enable`, ([p = '', a = ''], _, c) => setDisabled(p, a, false, c)],
  ['POST', `${ACCOUNTS}/([^/:]+):undelete`, ([p = '', a = ''], _, c) => undeleteServiceAccount(p, a, c)],
  [
    'POST',
    `${ACCOUNTS}/([^/:]+):getIamPolicy`,
    ([p = '', a = ''], r, c) => getIamPolicy(r, c, policyName(liveAccount(p, a, 'getIamPolicy', c), c)),
  ],
  [
    'POST',
    `${ACCOUNTS}/([^/:]+):setIamPolicy`,
    ([p = '', a = ''], r, c) => setIamPolicy(r, c, policyName(liveAccount(p, a, 'setIamPolicy', c), c)),
  ],
  ...[POOLS, PROVIDERS].flatMap((path): Pattern[] => [
    ['POST', path, createIdentity],
    ['GET', path, listIdentities],
    ['GET', `${path}/([^/:]+)`, (names, _, c) => ({ status: 200, body: identityWire(names, c) })],
    ['DELETE', `${path}/([^/:]+)`, (names, _, c) => deleteIdentity(names, c)],
    ['PATCH', `${path}/([^/:]+)`, patchIdentity],
    ['POST', `${path}/([^/:]+):undelete`, (names, _, c) => undeleteIdentity(names, c)],
    [
      'GET',
      `${path}/([^/]+)/operations/[^/]+`,
      (names, r, c) => getOperation(c, r.path.slice('/v1/'.length), () => identityWire(names, c)),
    ],
  ]),
];

const ROUTES = PATTERNS.map(([method, path, handler]): Route => [method, new RegExp(`^/v1/${path}$`), handler]);
