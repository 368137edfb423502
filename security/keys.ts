import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { OffboardError } from '../model/errors.ts';
import { homeOf, readOrCreatePrivate } from './files.ts';
import { newKeyFile, parseKeys, type KeyFile } from './key-file.ts';

/** The payload keys: what history, artifacts and journal are encrypted with (AES-256-GCM). Clients and workers share them. */
export interface KeyRing {
  /** Id of the key new data is encrypted with. */
  current: string;
  /** Key id to an AES-256 key. */
  keys: Map<string, KeyObject>;
  /** The file that they were read from, which is read again when it changes: a rotation needs no restart. */
  from?: { file: string; version: string; lookedAt: number };
}

/**
 * Loads the keys: from OFFBOARD_KEYS (the file's content) when set, else from `file`, made on first use with mode 0600.
 * Throws OffboardError 'InvalidValue' when a key is not 32 bytes.
 */
export function loadKeys(file: string, env: NodeJS.ProcessEnv = process.env): KeyRing {
  const given = env['OFFBOARD_KEYS'];
  if (given !== undefined) return ringOf(parseKeys(given, 'OFFBOARD_KEYS'));
  const text = readOrCreatePrivate(file, newKeyFile);
  return { ...ringOf(parseKeys(text, file)), from: { file, version: versionOf(file), lookedAt: Date.now() } };
}

function ringOf({ current, keys }: KeyFile): KeyRing {
  return { current, keys: new Map(Object.entries(keys).map(([id, key]) => [id, createSecretKey(Buffer.from(key, 'base64'))])) };
}

/** How long a key may still encrypt after another took its place. */
const LOOK_EVERY_MS = 1_000;

/** Reads the file again where it has changed. Keys only come; what cannot be read changes nothing. */
function readAgain(ring: KeyRing): void {
  const { from } = ring;
  if (!from) return;
  from.lookedAt = Date.now();
  try {
    const version = versionOf(from.file);
    if (version === from.version) return;
    const { current, keys } = ringOf(parseKeys(readFileSync(from.file, 'utf8'), from.file));
    for (const [id, key] of keys) ring.keys.set(id, key);
    ring.current = current;
    from.version = version;
  } catch {
    // Half written, or gone for a moment: what is known goes on.
  }
}

function versionOf(file: string): string {
  const { ino, mtimeMs, size } = statSync(file);
  return `${ino} ${mtimeMs} ${size}`;
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

/** Encrypts with the current key: 12 bytes nonce ‖ ciphertext ‖ 16 bytes tag. `context` is authenticated, not stored. */
export function encrypt(ring: KeyRing, data: Uint8Array, context: string): { keyId: string; data: Buffer } {
  if (ring.from && Date.now() - ring.from.lookedAt >= LOOK_EVERY_MS) readAgain(ring);
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
  if (!ring.keys.has(id)) readAgain(ring);
  const key = ring.keys.get(id);
  if (!key) throw new OffboardError('InvalidValue', `key ${id} is not among the keys; add it to the key file of this machine`);
  return key;
}
