import { canonical, sha256 } from '../../model/canonical.ts';
import { decrypt, encrypt, type KeyRing } from '../../security/keys.ts';
import { RecordsDamaged, type Store } from './store.ts';

/** Enough for the manifest and the plan in force of two runs. */
const MOST_KEPT = 4;

/** Content-addressed store of manifests, plans and snapshots, encrypted at rest. Addresses are SHA-256 (hex) of the canonical JSON. */
export class ArtifactStore {
  readonly #store: Store;
  readonly #ring: KeyRing;
  readonly #kept = new Map<string, Promise<unknown>>();

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

  /** Whether a run has stored a value with this address. */
  async has(run: string, address: string): Promise<boolean> {
    return await this.#store.uses(run, address);
  }

  /** Reads a value back and checks it against its address. Throws RecordsDamaged when it is not there or was changed. */
  async get<T>(address: string): Promise<T> {
    return JSON.parse(await this.text(address)) as T;
  }

  /**
   * As `get`, for what is asked for again and again, as a plan is: the newest few are kept. What an address names never changes, so nobody may
   * change what this gives.
   */
  async kept<T>(address: string): Promise<T> {
    const value = this.#kept.get(address) ?? this.get<unknown>(address);
    this.#kept.delete(address);
    this.#kept.set(address, value);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return (await value) as T;
    } catch (error) {
      if (this.#kept.get(address) === value) this.#kept.delete(address);
      throw error;
    }
  }

  /** The canonical JSON of an artifact, as `get`. */
  async text(address: string): Promise<string> {
    const looked = await this.look(address);
    if ('wrong' in looked) throw new RecordsDamaged('the run', `artifact ${address} (${looked.wrong})`);
    return looked.text;
  }

  /** The same; or what is wrong with it. Throws RecordsUnavailable, NoKeys. */
  async look(address: string): Promise<{ text: string } | { wrong: string }> {
    const stored = await this.#store.artifact(address);
    if (!stored) return { wrong: 'it is missing' };
    const text = this.#plain(address, stored);
    if (text === undefined) return { wrong: 'it was changed after it was written' };
    return sha256(text) === address ? { text } : { wrong: 'it does not hold what its address says' };
  }

  /** Undefined where it was changed. A key that is not here is no damage: it says so itself. */
  #plain(address: string, { keyId, body }: { keyId: string; body: Uint8Array }): string | undefined {
    if (!this.#ring.keys.has(keyId)) return decrypt(this.#ring, keyId, body, address).toString();
    try {
      return decrypt(this.#ring, keyId, body, address).toString();
    } catch {
      return undefined;
    }
  }
}
