import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { canonical, sha256 } from '../../model/canonical.ts';
import { decrypt, encrypt, type KeyRing } from '../../security/keys.ts';

/** Content-addressed store of plans and snapshots, encrypted at rest. Addresses are SHA-256 (hex) of the canonical JSON. */
export class ArtifactStore {
  readonly #folder: string;
  readonly #ring: KeyRing;

  constructor(folder: string, ring: KeyRing) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#ring = ring;
  }

  /** Stores a JSON value; the same value twice is stored once. Returns its address. */
  async put(value: unknown): Promise<string> {
    const text = canonical(value);
    const address = sha256(text);
    const file = this.#file(address);
    if (existsSync(file)) return address;
    const { keyId, data } = encrypt(this.#ring, Buffer.from(text), address);
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, `${keyId}\n${data.toString('base64')}`, { mode: 0o600, flush: true });
    await rename(draft, file);
    return address;
  }

  /** Reads a value back and checks it against its address. Throws when it is not there or was changed. */
  async get<T>(address: string): Promise<T> {
    const [keyId, body] = (await readFile(this.#file(address), 'utf8')).split('\n') as [string, string];
    const text = decrypt(this.#ring, keyId, Buffer.from(body, 'base64'), address).toString();
    if (sha256(text) !== address) throw new Error(`artifact ${address} does not hold what its address says`);
    return JSON.parse(text) as T;
  }

  #file(address: string): string {
    return join(this.#folder, address);
  }
}
