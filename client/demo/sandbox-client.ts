import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import type { Calls } from '../../sandbox/calls.ts';
import type { Change } from '../../sandbox/changes.ts';
import type { Estate } from '../../sandbox/estate.ts';
import type { FaultKind } from '../../sandbox/faults.ts';
import type { QuotaCount } from '../../sandbox/quotas.ts';
import type { Needed, PermissionsSchema } from '../../sandbox/permissions/permissions.ts';
import type { SandboxReport } from '../../sandbox/store.ts';

/** The sandbox as a person beside it sees it: its report and its mailbox, over https with its own certificate authority. */
export interface SandboxClient {
  origin: string;
  report(): Promise<SandboxReport>;
  /** Puts an estate in place of what is there. */
  fill(estate: Pick<Estate, 'manifest' | 'objects'>): Promise<void>;
  /** Has others do something in the clouds. */
  change(changes: readonly Change[]): Promise<void>;
  /** How often each operation of each service was called since the sandbox came up. */
  calls(): Promise<Calls>;
  /** How many removals were asked for of what was gone. */
  repeated(): Promise<number>;
  /** Disturbs a share of all calls from now on (docs/estate.md). */
  disturb(faults: { rate: number; kinds?: readonly FaultKind[]; seed?: number }): Promise<void>;
  /** How many calls each cloud takes from now on: as published, or by rules (docs/estate.md). */
  limit(quotas: 'published' | Record<string, { burst: number; perSecond: number }>): Promise<void>;
  /** What that came to. */
  quotas(): Promise<QuotaCount[]>;
  /** Gives the worker just these permissions; all of a cloud that is left out. */
  permit(given: z.infer<typeof PermissionsSchema>): Promise<void>;
  /** What the worker's calls needed since then, by cloud and call. */
  needed(): Promise<Needed>;
  /** The newest one-time password in a mailbox, and its mail's id; undefined when there is none. */
  newestOtp(to: string): Promise<{ id: string; otp: string } | undefined>;
}

/** `folder`: the sandbox's own, with its authority and the token of who may change the estate. */
export function sandboxClient(origin: string, folder: string): SandboxClient {
  const ca = readFileSync(join(folder, 'ca.pem'));
  const authorization = `Bearer ${readFileSync(join(folder, 'control-token'), 'utf8')}`;
  return {
    origin,
    report: () => getJson<SandboxReport>(`${origin}/sandbox/report`, ca),
    async fill({ manifest, objects }) {
      await send(`${origin}/sandbox/estate`, { ca, method: 'PUT', headers: { authorization } }, JSON.stringify({ manifest, objects }));
    },
    async change(changes) {
      await send(`${origin}/sandbox/changes`, { ca, method: 'POST', headers: { authorization } }, JSON.stringify(changes));
    },
    calls: async () => JSON.parse(await send(`${origin}/sandbox/calls`, { ca, headers: { authorization } })) as Calls,
    repeated: async () =>
      (JSON.parse(await send(`${origin}/sandbox/repeated`, { ca, headers: { authorization } })) as { repeated: number }).repeated,
    async disturb(faults) {
      await send(`${origin}/sandbox/faults`, { ca, method: 'PUT', headers: { authorization } }, JSON.stringify(faults));
    },
    async limit(quotas) {
      await send(`${origin}/sandbox/quotas`, { ca, method: 'PUT', headers: { authorization } }, JSON.stringify(quotas));
    },
    quotas: async () => JSON.parse(await send(`${origin}/sandbox/quotas`, { ca, headers: { authorization } })) as QuotaCount[],
    async permit(given) {
      await send(`${origin}/sandbox/permissions`, { ca, method: 'PUT', headers: { authorization } }, JSON.stringify(given));
    },
    needed: async () => JSON.parse(await send(`${origin}/sandbox/permissions`, { ca, headers: { authorization } })) as Needed,
    async newestOtp(to) {
      const mails = await getJson<{ value: { id: string; text: string }[] }>(
        `${origin}/mail/api/messages?to=${encodeURIComponent(to)}`,
        ca,
      );
      const [newest] = mails.value;
      const otp = /\b\d{6}\b/.exec(newest?.text ?? '')?.[0];
      return newest && otp ? { id: newest.id, otp } : undefined;
    },
  };
}

async function getJson<T>(url: string, ca: Buffer): Promise<T> {
  return JSON.parse(await send(url, { ca })) as T;
}

async function send(url: string, options: RequestOptions, body = ''): Promise<string> {
  const [response] = (await once(request(url, options).end(body), 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (Math.floor((response.statusCode ?? 0) / 100) !== 2) throw new Error(`${url} answered ${response.statusCode}: ${answer}`);
  return answer;
}
