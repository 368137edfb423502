import { createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * Signatures of OpenSSH over a text (`ssh-keygen -Y sign`), verified within the process. Sources: OpenSSH's PROTOCOL.sshsig, PROTOCOL.u2f, RFC 4253,
 * RFC 5656, RFC 8332, RFC 8709. Certificates are not taken: whose a key is, the policy says.
 */

/** What was signed with which key. `touched`: a security key saw its owner's hand; undefined for a key that is no security key. */
export interface SshSigned {
  /** In the form of a `.pub` file, without its comment. */
  key: string;
  touched: boolean | undefined;
}

interface PublicKey {
  type: string;
  key: KeyObject;
  /** Of a security key: what its signatures are bound to. */
  application: Buffer | undefined;
}

const MAGIC = 'SSHSIG';
const ARMOR = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*$/;
const HASHES = new Set(['sha256', 'sha512']);
/** What is weaker is refused by OpenSSH, too. */
const LEAST_RSA_BITS = 2048;
const LONGEST_SIGNATURE = 16_384;
const USER_PRESENT = 0x01;

const CURVES: Record<string, { jwk: string; bytes: number; hash: string }> = {
  nistp256: { jwk: 'P-256', bytes: 32, hash: 'sha256' },
  nistp384: { jwk: 'P-384', bytes: 48, hash: 'sha384' },
  nistp521: { jwk: 'P-521', bytes: 66, hash: 'sha512' },
};
const RSA_HASHES: Record<string, string> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/** A public key as a `.pub` file has it, in its one normal form: type and base64. Throws SyntaxError with what is wrong. */
export function normalSshKey(line: string): string {
  const [type = '', base64 = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  if (blob.length === 0 || blob.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, ''))
    throw new SyntaxError('is not the line of a .pub file (type, base64, comment)');
  if (publicKey(blob).type !== type) throw new SyntaxError(`says ${type}, but its key is of another type`);
  return `${type} ${blob.toString('base64')}`;
}

/** Verifies an armored signature over a text. Undefined for one that is not right in any way: there is no half. */
export function verifySsh(text: string, signature: string, namespace: string): SshSigned | undefined {
  try {
    return verified(text, signature, namespace);
  } catch (error) {
    // What cannot be read proves nothing.
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError || isCryptoError(error)) return undefined;
    throw error;
  }
}

function isCryptoError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^ERR_(?:CRYPTO|OSSL)/.test(String(error.code));
}

function verified(text: string, signature: string, namespace: string): SshSigned | undefined {
  const armored = signature.length <= LONGEST_SIGNATURE ? ARMOR.exec(signature) : undefined;
  if (!armored) return undefined;
  const reader = new Reader(Buffer.from((armored[1] ?? '').replace(/\s/g, ''), 'base64'));
  if (reader.bytes(MAGIC.length).toString() !== MAGIC || reader.uint32() !== 1) return undefined;
  const keyBlob = reader.string();
  const [named, reserved, hash, sig] = [reader.string(), reader.string(), reader.string().toString(), reader.string()];
  if (!reader.atEnd || named.toString() !== namespace || !HASHES.has(hash)) return undefined;
  const digest = createHash(hash).update(text).digest();
  const signed = Buffer.concat([Buffer.from(MAGIC), ...[named, reserved, Buffer.from(hash), digest].map(lengthFirst)]);
  const key = publicKey(keyBlob);
  const touched = signatureHolds(key, signed, new Reader(sig));
  return touched === undefined
    ? undefined
    : { key: `${key.type} ${keyBlob.toString('base64')}`, touched: touched === 'plain' ? undefined : touched };
}

/** Whether its owner touched it, or `plain` for a key without hands; undefined where the signature does not hold. */
function signatureHolds({ type, key, application }: PublicKey, signed: Buffer, reader: Reader): boolean | 'plain' | undefined {
  const algorithm = reader.string().toString();
  const raw = reader.string();
  let data = signed;
  let touched: boolean | 'plain' = 'plain';
  if (application !== undefined) {
    const [flags, counter] = [reader.bytes(1), reader.bytes(4)];
    data = Buffer.concat([sha256(application), flags, counter, sha256(signed)]);
    touched = ((flags[0] ?? 0) & USER_PRESENT) !== 0;
  }
  if (!reader.atEnd) return undefined;
  return rawHolds(type, algorithm, key, data, raw) ? touched : undefined;
}

function rawHolds(type: string, algorithm: string, key: KeyObject, data: Buffer, raw: Buffer): boolean {
  if (type === 'ssh-rsa') {
    const hash = RSA_HASHES[algorithm];
    return hash !== undefined && verify(hash, data, key, raw);
  }
  if (algorithm !== type) return false;
  const curve = curveOf(type);
  if (!curve) return raw.length === 64 && verify(null, data, key, raw);
  const reader = new Reader(raw);
  const halves = [reader.integer(curve.bytes), reader.integer(curve.bytes)];
  return reader.atEnd && verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(halves));
}

function curveOf(type: string): (typeof CURVES)[string] | undefined {
  const name = /^(?:sk-)?ecdsa-sha2-(nistp\d+)(?:@openssh\.com)?$/.exec(type)?.[1];
  return name === undefined ? undefined : CURVES[name];
}

/** Throws SyntaxError for a key that is not taken. */
function publicKey(blob: Buffer): PublicKey {
  const reader = new Reader(blob);
  const type = reader.string().toString();
  const jwk = jwkOf(type, reader);
  const application = type.startsWith('sk-') ? reader.string() : undefined;
  if (!reader.atEnd) throw new SyntaxError('holds more than a key');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (type === 'ssh-rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS)
    throw new SyntaxError(`is an RSA key of fewer than ${LEAST_RSA_BITS} bits`);
  return { type, key, application };
}

function jwkOf(type: string, reader: Reader): JsonWebKey {
  const url = (bytes: Buffer) => bytes.toString('base64url');
  if (type === 'ssh-ed25519' || type === 'sk-ssh-ed25519@openssh.com') return { kty: 'OKP', crv: 'Ed25519', x: url(reader.string()) };
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.string(), reader.string()];
    return { kty: 'RSA', e: url(withoutZeros(e)), n: url(withoutZeros(n)) };
  }
  const curve = curveOf(type);
  if (!curve) throw new SyntaxError(`is of type ${type}; use ed25519, ecdsa, rsa or a security key's (sk-…)`);
  if (!type.includes(reader.string().toString())) throw new SyntaxError('is on another curve than its type says');
  const point = reader.string();
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) throw new SyntaxError('holds no point of its curve');
  return { kty: 'EC', crv: curve.jwk, x: url(point.subarray(1, 1 + curve.bytes)), y: url(point.subarray(1 + curve.bytes)) };
}

function withoutZeros(integer: Buffer): Buffer {
  const first = integer.findIndex((byte) => byte !== 0);
  return integer.subarray(Math.max(first, 0));
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function lengthFirst(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

/** Reads SSH's wire format (RFC 4251, section 5). Throws SyntaxError where it ends too soon. */
class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get atEnd(): boolean {
    return this.#at === this.#data.length;
  }

  bytes(count: number): Buffer {
    if (this.#at + count > this.#data.length) throw new SyntaxError('ends too soon');
    return this.#data.subarray(this.#at, (this.#at += count));
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE();
  }

  string(): Buffer {
    return this.bytes(this.uint32());
  }

  /** A positive integer, in exactly so many bytes. */
  integer(bytes: number): Buffer {
    const value = withoutZeros(this.string());
    if (value.length > bytes) throw new SyntaxError('holds too large a number');
    return Buffer.concat([Buffer.alloc(bytes - value.length), value]);
  }
}
