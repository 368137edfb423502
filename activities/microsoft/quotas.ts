import type { Counted } from '../limited.ts';
import { apiOf, type Endpoint } from './endpoints.ts';

/**
 * What is published. ARM counts for each principal by subscription, or by tenant where a call names none, and reading, writing and deleting apart: "Understand how Azure
 * Resource Manager throttles requests", since 2024. Graph counts for each application and tenant: "Microsoft Graph service-specific throttling limits", identity and access:
 * 3,500 resource units in 10 s in the smallest tenants, of which a question takes up to 5, here 2, and 3,000 changes in 150 s; with a small bucket no such time has more.
 */
const QUOTAS = {
  ARM: { read: { burst: 250, perSecond: 25 }, write: { burst: 200, perSecond: 10 }, delete: { burst: 200, perSecond: 10 } },
  Graph: { read: { burst: 85, perSecond: 175 }, change: { burst: 150, perSecond: 20 } },
} as const;

/** By POST, and changes nothing. */
const ASKING = /\/(?:getByIds|checkMemberGroups)$/;

/** What a call to ARM or Graph counts against; undefined for any other API. */
export function countedOf(endpoint: Endpoint, method: string, url: string): Counted | undefined {
  const api = apiOf(endpoint);
  const pathname = pathAt(endpoint, url);
  const change = method !== 'GET' && !ASKING.test(pathname);
  if (api === 'graph') {
    const kind = change ? 'change' : 'read';
    return { key: `Microsoft Graph (${kind})`, quota: QUOTAS.Graph[kind], change };
  }
  if (api !== 'arm') return undefined;
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(pathname)?.[1]?.toLowerCase();
  const kind = method === 'DELETE' ? 'delete' : change ? 'write' : 'read';
  return {
    key: `ARM, ${subscription === undefined ? 'tenant' : `subscription ${subscription}`} (${kind})`,
    quota: QUOTAS.ARM[kind],
    change,
  };
}

/** An API may lie below a path, as where a gateway stands before it. */
function pathAt(endpoint: Endpoint, url: string): string {
  const [base, path] = [endpoint.url, url].map((one) => new URL(one).pathname.replaceAll(/\/+/g, '/')) as [string, string];
  const below = base.replace(/\/$/, '');
  return path.startsWith(`${below}/`) ? path.slice(below.length) : path;
}

/** How many more calls of a kind ARM says that it takes; undefined where it does not say. */
export function remainingOf(header: (name: string) => string | undefined, method: string): number | undefined {
  const kind = method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
  const told = header(`x-ms-ratelimit-remaining-subscription-${kind}`) ?? header(`x-ms-ratelimit-remaining-tenant-${kind}`);
  return told !== undefined && /^\d+$/.test(told) ? Number(told) : undefined;
}
