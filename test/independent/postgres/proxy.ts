import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What becomes of a COMMIT whose sender loses the connection right after sending it. */
export type Fate = 'arrives' | 'arrives late' | 'never arrives';

/** As it goes over the wire: COMMIT is a query of its own, a lock is the end of another. */
const COMMIT = Buffer.from('COMMIT\0');
const LOCK = Buffer.from('FOR UPDATE\0');

/** How late, in ms: the sender is back by then. */
const LATE_MS = 700;

/** A network between a client and a server, whose connections can be cut. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #fate: Fate | undefined;
  #freezing = false;
  /** How many connections were cut at a COMMIT. */
  cuts = 0;

  private constructor(target: number) {
    this.#server = createServer((client) => this.#serve(client, connect(target, '127.0.0.1')));
  }

  static async before(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open, each with two ends. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Cuts the next connection that sends a COMMIT. */
  cutAtCommit(fate: Fate): void {
    this.#fate = fate;
  }

  /** Has the next connection that locks a row say and hear nothing from then on, as when a machine loses its power. */
  freezeAtLock(): void {
    this.#freezing = true;
  }

  /** Ends every connection. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cutAll();
    await once(this.#server, 'close');
  }

  #serve(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    let [cut, frozen] = [false, false];
    client.on('data', (data) => {
      if (frozen) return;
      if (this.#freezing && data.includes(LOCK)) {
        this.#freezing = false;
        frozen = true;
      }
      const fate = data.includes(COMMIT) ? this.#fate : undefined;
      if (fate === undefined) return void server.write(data);
      this.#fate = undefined;
      cut = true;
      this.cuts++;
      client.destroy();
      void deliver(server, data, fate);
    });
    server.on('data', (data) => void (frozen || client.write(data)));
    server.once('close', () => void (frozen || client.destroy()));
    client.once('close', () => {
      if (!cut) server.destroy();
    });
  }
}

async function deliver(server: Socket, data: Buffer, fate: Fate): Promise<void> {
  if (fate === 'arrives late') await sleep(LATE_MS);
  if (fate === 'never arrives') server.destroy();
  else server.end(data);
}
