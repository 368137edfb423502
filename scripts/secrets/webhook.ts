import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Place } from './search.ts';

/** Where people are told of gates: its address is as good as a secret, as those of chats are, and what signs is one. */
export interface Webhook {
  env: Record<string, string>;
  secret: string;
  token: string;
  /** What it was sent, and ends it. Throws where nobody was told of anything. */
  end(): Place[];
}

export async function webhook(): Promise<Webhook> {
  const [secret, token] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')] as const;
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const headers = JSON.stringify(request.headers);
    void text(request).then((body) => {
      sent.push(headers, body);
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    env: { OFFBOARD_WEBHOOK_URL: `http://127.0.0.1:${port}/${token}`, OFFBOARD_WEBHOOK_SECRET: secret },
    secret,
    token,
    end() {
      server.close();
      if (sent.length === 0) throw new Error('the webhook was told of nothing');
      return [{ name: 'what the webhook was sent', bytes: Buffer.from(sent.join('\n')) }];
    },
  };
}
