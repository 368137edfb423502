import { canonical, sha256 } from '../../model/canonical.ts';
import { decrypt, encrypt, type KeyRing } from '../../security/keys.ts';
import { RecordsDamaged, type Store } from './store.ts';

/** Content-addressed store of manifests, plans and snapshots, encrypted at rest. Addresses are SHA-256 (hex) of the canonical JSON. */
export class ArtifactStore {
  readonly #store: Store;
  readonly #ring: KeyRing;

  constructor(store: Store, ring: KeyRing) {
    this.#store = store;
    this.#ring = ring;
  }

  /** Stores a JSON value for a run; the same value twice is stored once. Returns its address. */
  async put(run: string, value: unknown): Promise<string> {
    const text = canonical(value);
    const address = sha256(text);
    if (await this.#store.uses(run, address)) return address;
    const { keyId, data } = encrypt(this.#ring, Buffer.from(text), address);
    await this.#store.putArtifact(run, address, { keyId, body: data });
    return address;
  }

  /** Reads a value back and checks it against its address. Throws RecordsDamaged when it is not there or was changed. */
  async get<T>(address: string): Promise<T> {
    return JSON.parse(await this.text(address)) as T;
  }

  /** The canonical JSON of an artifact, as `get`. */
  async text(address: string): Promise<string> {
    const stored = await this.#store.artifact(address);
    if (!stored) throw new RecordsDamaged('the run', `artifact ${address} (it is missing)`);
    const text = this.#plain(address, stored);
    if (sha256(text) !== address) throw new RecordsDamaged('the run', `artifact ${address} (it does not hold what its address says)`);
    return text;
  }

  #plain(address: string, { keyId, body }: { keyId: string; body: Uint8Array }): string {
    if (!this.#ring.keys.has(keyId)) return decrypt(this.#ring, keyId, body, address).toString();
    try {
      return decrypt(this.#ring, keyId, body, address).toString();
    } catch {
      throw new RecordsDamaged('the run', `artifact ${address} (it was changed after it was written)`);
    }
  }
}
