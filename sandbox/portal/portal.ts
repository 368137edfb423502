import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { answerApi, apiError } from './api.ts';
import { PortalError } from './deletions.ts';
import { answerPage, errorPage } from './pages.ts';

/** Audience of the portal's API: the app id of Cloud Infrastructure Entitlement Management. Clients ask for the scope `<this>/.default`. */
const AUDIENCE = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';

/**
 * The Permissions Management portal's data collectors: a JSON API below /portal/api, with a bearer token, and pages for a person. The pages
 * need no sign-in: they are reachable from this machine only and delete nothing without the mailed code.
 */
export const portalService: SandboxService = {
  prefix: '/portal',
  async handle(request, context) {
    const api = request.path.startsWith('/api/');
    try {
      return api ? await authorized(request, context) : answerPage(request, context);
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

async function authorized(request: SandboxRequest, context: SandboxContext): Promise<SandboxResponse> {
  await verifyBearer(request, context, AUDIENCE);
  return answerApi(request.path.slice('/api'.length), request, context);
}
