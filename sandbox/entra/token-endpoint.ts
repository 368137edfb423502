import { randomUUID } from 'node:crypto';
import { sameSecret, type SandboxContext, type SandboxRequest, type SandboxResponse, type SandboxService } from '../service.ts';
import { entraClient, resourcesOf } from './client.ts';
import { publicKeys, signToken, TOKEN_LIFETIME_SECONDS } from './tokens.ts';

const CIEM = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';

/** Entra's token endpoint (v2.0, client credentials), its discovery document and keys. Asked last, so it also answers 404 for the rest. */
export const entraService: SandboxService = {
  prefix: '/',
  async handle(request, context) {
    const [, name = '', call = ''] = /^\/([^/]+)\/(.+)$/.exec(request.path) ?? [];
    const tenant = decodeURIComponent(name).toLowerCase();
    const known = tenant !== '' && tenant === entraClient(context.store).tenantId.toLowerCase();
    switch (`${request.method} ${call}`) {
      case 'GET v2.0/.well-known/openid-configuration':
        return known ? { status: 200, body: discovery(context.origin, tenant) } : tenantNotFound(context, tenant);
      case 'GET discovery/v2.0/keys':
        return { status: 200, body: publicKeys(context.store) };
      case 'POST oauth2/v2.0/token':
        return known ? token(new URLSearchParams(request.body), request, context) : tenantNotFound(context, tenant);
      default:
        return { status: 404, body: { error: { code: 'NotFound', message: `no service answers ${request.path}` } } };
    }
  },
};

async function token(form: URLSearchParams, request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> {
  if (form.get('grant_type') !== 'client_credentials')
    return refused(context, 400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type; use client_credentials.');
  const client = entraClient(context.store);
  const given = clientCredentials(form, request);
  if (!client.clientId || given.id.toLowerCase() !== client.clientId.toLowerCase())
    return refused(
      context,
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${given.id}' was not found in the directory.`,
    );
  if (!client.clientSecret || !sameSecret(given.secret, client.clientSecret))
    return refused(context, 401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  const audience = audienceOf(form.get('scope') ?? '', context);
  if (!audience)
    return refused(context, 400, 'invalid_scope', 70011, `The scope is not valid; it is <resource>/.default of a resource known here.`);
  const principals = context.store.list('entra-service-principal');
  const principal = principals.find((p) => p.appId.toLowerCase() === client.clientId.toLowerCase());
  if (principal && !principal.accountEnabled)
    return refused(context, 401, 'unauthorized_client', 7000112, `Application '${given.id}' is disabled.`);
  const accessToken = await signToken(context, {
    aud: audience,
    iss: issuer(context.origin, client.tenantId),
    tid: client.tenantId,
    appid: client.clientId,
    azp: client.clientId,
    ...(principal ? { oid: principal.id, sub: principal.id } : {}),
    roles: audience === resourcesOf(context).graph ? permissionsOf(principal?.id, context) : [],
    idtyp: 'app',
  });
  const lifetime = { expires_in: TOKEN_LIFETIME_SECONDS, ext_expires_in: TOKEN_LIFETIME_SECONDS };
  return { status: 200, body: { token_type: 'Bearer', ...lifetime, access_token: accessToken } };
}

/** Application permissions that a principal holds, as the token for their resource names them. */
function permissionsOf(principal: string | undefined, { store, permissions }: SandboxContext): string[] {
  const given = permissions.given('graph');
  if (given) return [...given];
  const held = store.list('entra-app-role-assignment').filter((a) => a.principalId === principal);
  const resources = store.list('entra-service-principal');
  return held.flatMap((a) => {
    const roles = resources.find((p) => p.id === a.resourceId)?.appRoles ?? [];
    return roles.flatMap((r) => (r.id === a.appRoleId ? [r.value] : []));
  });
}

/** The audience a scope asks for: the resource before `/.default`. ARM's stand-in address counts as ARM, since its client asks for its own endpoint. */
function audienceOf(scope: string, context: SandboxContext): string | undefined {
  const { origin } = context;
  const { arm, graph } = resourcesOf(context);
  const resource = scope
    .split(' ')
    .find((s) => s.endsWith('/.default'))
    ?.replace(/\/+\.default$/, '');
  const audiences: Record<string, string> = {
    [arm]: arm,
    [`${origin}/arm`]: arm,
    [graph]: graph,
    [`${origin}/graph`]: graph,
    [CIEM]: CIEM,
  };
  return audiences[resource ?? ''];
}

function clientCredentials(form: URLSearchParams, request: SandboxRequest): { id: string; secret: string } {
  const basic = /^Basic (.+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (!basic) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
  return { id, secret };
}

function issuer(origin: string, tenant: string): string {
  return `${origin}/${tenant}/v2.0`;
}

function discovery(origin: string, tenant: string): object {
  return {
    issuer: issuer(origin, tenant),
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    response_types_supported: ['code', 'id_token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function tenantNotFound(context: SandboxContext, tenant: string): SandboxResponse {
  return refused(context, 400, 'invalid_tenant', 90002, `Tenant '${tenant}' not found.`);
}

function refused(context: SandboxContext, status: number, error: string, code: number, message: string): SandboxResponse {
  const body = { error, error_description: `AADSTS${code}: ${message}`, error_codes: [code], timestamp: context.now().toISOString() };
  return { status, body: { ...body, trace_id: randomUUID(), correlation_id: randomUUID() } };
}
