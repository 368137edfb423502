import { isRestError } from '@azure/core-rest-pipeline';
import type { EntraApi } from './wire/clients.ts';
import type { AuthorizationSystem } from './wire/shapes.ts';

/** `gone`: Graph no longer answers for Permissions Management, with the code it said so by. That is no error, and no empty list. */
export type AuthorizationSystems = { state: 'answered'; systems: AuthorizationSystem[] } | { state: 'gone'; code: string };

/** What Permissions Management itself listed (Graph beta, deprecated on 2025-04-01), if it still answers. Anything else is thrown. */
export async function authorizationSystems(api: EntraApi): Promise<AuthorizationSystems> {
  try {
    return { state: 'answered', systems: await api.listAuthorizationSystems() };
  } catch (error) {
    if (!isRestError(error) || !isGone(error.statusCode, error.message)) throw error;
    return { state: 'gone', code: `HTTP ${error.statusCode}${error.code ? ` ${error.code}` : ''}` };
  }
}

/** Graph answers 400 for a path it does not know: "Resource not found for the segment". */
function isGone(status: number | undefined, message: string): boolean {
  return status === 403 || status === 404 || status === 410 || (status === 400 && /segment/i.test(message));
}
