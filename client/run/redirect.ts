import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the application's registration names, with whatever port. */
const PATH = '/signed-in';

/**
 * Waits on a free port of this machine for the browser to be sent back from a sign-in (RFC 8252, section 7.3). Only the address with this `state`, asked for by
 * its own host name, is taken, and only once.
 */
export async function listenForRedirect(state: string) {
  let came: (address: URL) => void = () => undefined;
  const arrival = new Promise<URL>((resolve) => (came = resolve));
  let base = '';
  const taken = (typed: string): URL | undefined => {
    const address = URL.parse(typed.trim(), base);
    if (!address || address.origin !== base || address.pathname !== PATH || address.searchParams.get('state') !== state) return undefined;
    return address.searchParams.has('code') || address.searchParams.has('error') ? address : undefined;
  };
  const server = createServer((request, response) => {
    const address = request.method === 'GET' && `http://${request.headers.host}` === base ? taken(request.url ?? '') : undefined;
    if (!address) return answer(response, 400, 'This is not where the sign-in ends.');
    const well = address.searchParams.has('code');
    answer(
      response,
      200,
      well ? 'You have signed in. The command goes on; close this window.' : 'You have not signed in. The command says why.',
    );
    came(address);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `${base}${PATH}`, came: arrival, taken, close };
}

function answer(response: ServerResponse, status: number, text: string): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  };
  response.writeHead(status, headers).end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>offboard</title><p>${text}</p>\n`);
}
