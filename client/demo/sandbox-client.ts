import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import type { SandboxReport } from '../../sandbox/store.ts';

/** The sandbox as a person beside it sees it: its report and its mailbox, over https with its own certificate authority. */
export interface SandboxClient {
  origin: string;
  report(): Promise<SandboxReport>;
  /** The newest one-time password in a mailbox, and its mail's id; undefined when there is none. */
  newestOtp(to: string): Promise<{ id: string; otp: string } | undefined>;
}

export function sandboxClient(origin: string, authorityFile: string): SandboxClient {
  const ca = readFileSync(authorityFile);
  return {
    origin,
    report: () => getJson<SandboxReport>(`${origin}/sandbox/report`, ca),
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
  const [response] = (await once(get(url, { ca }), 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return JSON.parse(answer) as T;
}
