import { z } from 'zod';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { collector, enterOtp, PortalError, requestDeletion, resendOtp, type Collector } from './deletions.ts';

const OtpBody = z.object({ otp: z.string() });

/** The JSON API below /portal/api; `path` is what follows. The caller's token was checked before. */
export function answerApi(path: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
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
export function apiError(error: PortalError): SandboxResponse {
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
  try {
    return OtpBody.parse(JSON.parse(request.body)).otp;
  } catch (cause) {
    throw Object.assign(new PortalError(400, 'BadRequest', 'the body is JSON with the field otp, a string'), { cause });
  }
}
