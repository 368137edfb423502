import pg from 'pg';

type Done = (error: Error | null, client?: pg.Client) => void;

/** The driver leaves a connection open whose login failed on this side, until the server ends it after a minute: this one ends it. */
export class Client extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(done: Done): void;
  override connect(done?: Done): Promise<pg.Client> | undefined {
    const connected = this.#connect();
    if (!done) return connected;
    void tell(connected, done);
    return undefined;
  }

  async #connect(): Promise<pg.Client> {
    try {
      return await super.connect();
    } catch (error) {
      void this.end();
      throw error;
    }
  }
}

async function tell(connected: Promise<pg.Client>, done: Done): Promise<void> {
  let client: pg.Client;
  try {
    client = await connected;
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, client);
}
