import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/**
 * A security key as OpenSSH knows one (PROTOCOL.u2f, PROTOCOL.sshsig), without hardware: what it signs is told to be right by the machine's own ssh-keygen in the
 * tests that use it.
 */
export interface SecurityKey {
  /** As a `.pub` file has it. */
  line: string;
  /** Signs a text; `touched`: whether it says that it saw its owner's hand. */
  signed(text: string, touched: boolean, namespace?: string): string;
}

const APPLICATION = Buffer.from('ssh:');

export function securityKey(sort: 'ed25519' | 'ecdsa'): SecurityKey {
  const { type, parts, raw } = sort === 'ed25519' ? ed25519() : ecdsa();
  const blob = Buffer.concat([type, ...parts, APPLICATION].map(field));
  const signed = (text: string, touched: boolean, namespace = 'mepm-offboard') => {
    const hash = Buffer.from('sha512');
    const meant = [Buffer.from(namespace), Buffer.alloc(0), hash];
    const toSign = Buffer.concat([Buffer.from('SSHSIG'), ...[...meant, createHash('sha512').update(text).digest()].map(field)]);
    const flagsAndCounter = Buffer.from([touched ? 1 : 0, 0, 0, 0, 7]);
    const data = Buffer.concat([sha256(APPLICATION), flagsAndCounter, sha256(toSign)]);
    const signature = Buffer.concat([field(type), field(raw(data)), flagsAndCounter]);
    const version = Buffer.from([0, 0, 0, 1]);
    const whole = Buffer.concat([Buffer.from('SSHSIG'), version, ...[blob, ...meant, signature].map(field)]);
    const lines = whole.toString('base64').replace(/.{70}/g, '$&\n');
    return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
  };
  return { line: `${type.toString()} ${blob.toString('base64')} somebody\n`, signed };
}

function ed25519() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { type: Buffer.from('sk-ssh-ed25519@openssh.com'), parts: [point], raw: (data: Buffer) => sign(null, data, privateKey) };
}

function ecdsa() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const type = Buffer.from('sk-ecdsa-sha2-nistp256@openssh.com');
  return { type, parts: [Buffer.from('nistp256'), point], raw: (data: Buffer) => halves(data, privateKey) };
}

function halves(data: Buffer, key: KeyObject): Buffer {
  const both = sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  return Buffer.concat([both.subarray(0, 32), both.subarray(32)].map((half) => field(positive(half))));
}

/** An integer as SSH writes it (RFC 4251): no zeros in front but one where it would be negative. */
function positive(bytes: Buffer): Buffer {
  const short = bytes.subarray(bytes.findIndex((b) => b !== 0));
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), short]) : short;
}

function field(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
