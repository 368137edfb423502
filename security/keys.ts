import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { OffboardError } from '../model/errors.ts';
import { homeOf, parseJson, readOrCreatePrivate } from './files.ts';

const KeyFile = z.strictObject({ current: z.string(), keys: z.record(z.string(), z.base64()) });

/** The payload keys: what history, artifacts and journal are encrypted with (AES-256-GCM). Clients and workers share them. */
export interface KeyRing {
  /** Id of the key new data is encrypted with. */
  current: string;
  /** Key id to an AES-256 key. */
  keys: Map<string, KeyObject>;
}

/**
 * Loads the keys: from OFFBOARD_KEYS (the file's content) when set, else from `file`, made on first use with mode 0600.
 * Throws OffboardError 'InvalidValue' when a key is not 32 bytes.
 */
export function loadKeys(file: string, env: NodeJS.ProcessEnv = process.env): KeyRing {
  const text = env['OFFBOARD_KEYS'] ?? readOrCreatePrivate(file, newKeyFile);
  const where = env['OFFBOARD_KEYS'] === undefined ? file : 'OFFBOARD_KEYS';
  const parsed = KeyFile.safeParse(parseJson(text));
  if (!parsed.success) throw new OffboardError('InvalidValue', `${where}: is not a key file; write {"current": id, "keys": {id: base64}}`);
  const bytes = new Map(Object.entries(parsed.data.keys).map(([id, key]) => [id, Buffer.from(key, 'base64')]));
  for (const [id, key] of bytes) {
    if (key.length !== 32) throw new OffboardError('InvalidValue', `${where}: key ${id} has ${key.length} bytes; AES-256 needs 32`);
  }
  if (!bytes.has(parsed.data.current)) throw new OffboardError('InvalidValue', `${where}: current names no key; name one of keys`);
  return { current: parsed.data.current, keys: new Map([...bytes].map(([id, key]) => [id, createSecretKey(key)])) };
}

/**
 * The payload keys that the worker made. A command never makes keys of its own: nothing could be read with them, and what it sent would
 * be unreadable for the worker. Throws NoKeys.
 */
export function workersKeys(env: NodeJS.ProcessEnv): KeyRing {
  const { keys } = homeOf(env);
  if (env['OFFBOARD_KEYS'] === undefined && !existsSync(keys)) {
    const named = env['OFFBOARD_HOME'] === undefined ? ' (OFFBOARD_HOME is not set)' : '';
    throw new OffboardError(
      'NoKeys',
      `${keys} is not there${named}; set OFFBOARD_HOME to the worker's folder, or OFFBOARD_KEYS to its keys. The worker makes them when it first starts`,
    );
  }
  return loadKeys(keys, env);
}

function newKeyFile(): string {
  const id = randomUUID();
  return JSON.stringify({ current: id, keys: { [id]: randomBytes(32).toString('base64') } });
}

/** Encrypts with the current key: 12 bytes nonce ‖ ciphertext ‖ 16 bytes tag. `context` is authenticated, not stored. */
export function encrypt(ring: KeyRing, data: Uint8Array, context: string): { keyId: string; data: Buffer } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(ring, ring.current), nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(data), cipher.final()]);
  return { keyId: ring.current, data: Buffer.concat([nonce, body, cipher.getAuthTag()]) };
}

/** The reverse of `encrypt`. Throws when the key is unknown, the context differs or a bit was changed. */
export function decrypt(ring: KeyRing, keyId: string, data: Uint8Array, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(ring, keyId), data.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(data.subarray(data.length - 16));
  return Buffer.concat([decipher.update(data.subarray(12, data.length - 16)), decipher.final()]);
}

function keyOf(ring: KeyRing, id: string): KeyObject {
  const key = ring.keys.get(id);
  if (!key) throw new OffboardError('InvalidValue', `key ${id} is not among the keys; add it to the key file of this machine`);
  return key;
}
