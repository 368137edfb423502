import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isOneOf } from '../../model/one-of.ts';
import { WAYS, type Way } from './answer.ts';
import { Refusal } from './refusal.ts';

/** Who may have payloads opened. */
export interface Door {
  /** `host:port` as a browser calls this server, one or several. By any other name it was reached by DNS that somebody else answers. */
  hosts: readonly string[];
  /** The UI's origin, the only one whose pages may ask; others than pages name none. */
  origin: string;
  namespaces: readonly string[];
  /** Stands in the path, for a UI that sends no token, or comes as a bearer token; undefined where only `bearer` counts. */
  secret: string | undefined;
  /** Whether somebody else vouches for a bearer token, such as Entra ID. */
  bearer?: (token: string) => Promise<boolean>;
}

/** The head of a request. */
export interface Head {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** What is asked for. */
export interface Asked {
  way: Way;
  namespace: string;
}

/**
 * Judges who asks, and from where, before anything is read: by which name the server was called (a page whose DNS name was made to lead here names its own), from
 * which page, and whether a secret shows that it was told of this server. Undefined for a browser's question whether it may ask. Throws Refusal.
 */
export async function admitted(door: Door, { method, url = '', headers }: Head): Promise<Asked | undefined> {
  if (!door.hosts.includes(headers.host?.toLowerCase() ?? ''))
    throw new Refusal(421, 'this server is not called so; write its address as it was printed');
  if (headers.origin !== undefined && headers.origin !== door.origin)
    throw new Refusal(403, 'the page that asks is not the Temporal UI; start the codec server with --ui and that page’s origin');
  if (method === 'OPTIONS') return undefined;
  const { way, secret } = placeOf(url);
  if (!(await isAdmitted(door, secret, headers.authorization)))
    throw new Refusal(
      401,
      'the secret of this server is missing or wrong: it stands in the path of its address, or comes as a bearer token',
    );
  if (!isOneOf(WAYS, way)) throw new Refusal(404, 'there is nothing here but /encode and /decode');
  if (method !== 'POST') throw new Refusal(405, 'payloads are sent by POST');
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) throw new Refusal(415, 'Content-Type is not application/json');
  const namespace = headers['x-namespace'];
  if (typeof namespace !== 'string' || namespace === '') throw new Refusal(400, 'X-Namespace is missing; the Temporal UI and CLI send it');
  if (!door.namespaces.includes(namespace)) throw new Refusal(403, 'X-Namespace is none of the namespaces that this server is for');
  return { way, namespace };
}

/** `/encode`, or `/SECRET/encode`. */
function placeOf(url: string): { way: string; secret: string | undefined } {
  const [, ...parts] = url.split('?', 1)[0]?.split('/') ?? [];
  return parts.length === 2
    ? { way: parts[1] ?? '', secret: parts[0] }
    : { way: parts.length === 1 ? (parts[0] ?? '') : '', secret: undefined };
}

async function isAdmitted({ secret, bearer }: Door, inPath: string | undefined, authorization: string | undefined): Promise<boolean> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (secret !== undefined) for (const given of [inPath, token]) if (given !== undefined && isSame(given, secret)) return true;
  return token !== undefined && bearer !== undefined && (await bearer(token));
}

/** In the same time whatever differs. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
