import { z } from 'zod';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import { jsonOf, type SandboxContext, type SandboxRequest, type SandboxResponse, type SandboxService } from '../service.ts';
import { collector, enterOtp, PortalError, requestDeletion, resendOtp, type Collector } from './deletions.ts';
import { answerPage, errorPage } from './pages.ts';

/** Audience of the portal's API: the app id of Cloud Infrastructure Entitlement Management. Clients ask for the scope `<this>/.default`. */
const AUDIENCE = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';

const OtpBody = z.object({ otp: z.string() });

/**
 * The Permissions Management portal's data collectors: a JSON API below /portal/api, with a bearer token, and pages for a person. The pages
 * need no sign-in: they are reachable from this machine only and delete nothing without the mailed code.
 */
export const portalService: SandboxService = {
  prefix: '/portal',
  async handle(request, context) {
    const api = request.path.startsWith('/api/');
    try {
      if (!api) return answerPage(request, context);
      await verifyBearer(request, context, AUDIENCE);
      return answerApi(request.path.slice('/api'.length), request, context);
    } catch (error) {
      if (error instanceof Unauthorized)
        return {
          status: 401,
          headers: { 'www-authenticate': 'Bearer' },
          body: { error: { code: 'Unauthorized', message: error.message } },
        };
      if (error instanceof PortalError) return api ? apiError(error) : errorPage(error);
      throw error;
    }
  },
};

/** The JSON API below /portal/api; `path` is what follows. */
function answerApi(path: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const [what = '', id = '', action = '', ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  switch (rest.length > 0 ? '' : `${request.method} ${what}${id ? '/{id}' : ''}${action ? `/${action}` : ''}`) {
    case 'GET collectors':
      return { status: 200, body: { value: context.store.list('portal-collector').map(shown) } };
    case 'GET collectors/{id}':
      return { status: 200, body: shown(collector(context, id)) };
    case 'GET administrators':
      return { status: 200, body: { value: administrators(context) } };
    case 'POST collectors/{id}/deletion':
      return { status: 202, body: requestDeletion(context, id) };
    case 'POST deletions/{id}/resend':
      return { status: 200, body: resendOtp(context, id) };
    case 'POST deletions/{id}/otp':
      return { status: 200, body: { message: enterOtp(context, id, otpOf(request)) } };
    default:
      throw new PortalError(404, 'NotFound', 'the portal has no such call');
  }
}

/** A refusal as JSON. */
function apiError(error: PortalError): SandboxResponse {
  const { code, message, attemptsLeft } = error;
  return {
    status: error.status,
    ...(error.retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(error.retryAfterSeconds) } }),
    body: { error: { code, message, ...(attemptsLeft === undefined ? {} : { attemptsLeft }) } },
  };
}

function shown({ id, type, name, status, online, configuration }: Collector) {
  return { id, type, name, status, online, configuration };
}

/** Whom the one-time passwords go to; deleted collectors' recipients stay administrators. */
function administrators(context: SandboxContext): string[] {
  const all = [...context.store.list('portal-collector'), ...context.store.deleted('portal-collector').map((d) => d.object)];
  return [...new Set(all.map((c) => c.recipient))].toSorted();
}

function otpOf(request: SandboxRequest): string {
  const body = OtpBody.safeParse(jsonOf(request));
  if (!body.success) throw new PortalError(400, 'BadRequest', 'the body is JSON with the field otp, a string');
  return body.data.otp;
}
