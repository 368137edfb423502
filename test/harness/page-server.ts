import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers whatever it is asked with one page, on loopback, within this process. */
export async function pageServer(type: string, body: string, status = 200): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_, answer) => void answer.writeHead(status, { 'content-type': type }).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
