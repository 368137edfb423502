import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { OffboardError } from '../model/errors.ts';
import { readOrCreatePrivate } from './files.ts';

/** The workers' key that evidence is signed with (Ed25519). Only workers hold it. */
export interface SigningKey {
  /** As a line of a `.pub` file: whoever verifies is told it beforehand. */
  publicKey: string;
  /** Signs a text as `ssh-keygen -Y sign -n NAMESPACE` does (OpenSSH's PROTOCOL.sshsig). */
  sign(text: string, namespace: string): string;
}

const TYPE = 'ssh-ed25519';
const HASH = 'sha512';

/** Loads the key: from OFFBOARD_SIGNING_KEY (PEM, PKCS #8) when set, else from `file`, made on first use with mode 0600. Throws InvalidValue. */
export function loadSigningKey(file: string, env: NodeJS.ProcessEnv = process.env): SigningKey {
  const given = env['OFFBOARD_SIGNING_KEY'];
  const key = keyIn(given ?? readOrCreatePrivate(file, newKey), given === undefined ? file : 'OFFBOARD_SIGNING_KEY');
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const blob = fields(TYPE, Buffer.from(x, 'base64url'));
  return {
    publicKey: `${TYPE} ${blob.toString('base64')} mepm-offboard-worker`,
    sign(text, namespace) {
      const about = fields(namespace, '', HASH, createHash(HASH).update(text).digest());
      const signature = sign(null, Buffer.concat([Buffer.from('SSHSIG'), about]), key);
      const version = Buffer.from([0, 0, 0, 1]);
      const whole = Buffer.concat([Buffer.from('SSHSIG'), version, fields(blob, namespace, '', HASH, fields(TYPE, signature))]);
      const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
      return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
    },
  };
}

function keyIn(pem: string, where: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw new OffboardError('InvalidValue', `${where}: is not a private key in PEM (PKCS #8)`, { cause: error });
  }
  throw new OffboardError('InvalidValue', `${where}: is no Ed25519 key; make one by: openssl genpkey -algorithm ed25519`);
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Strings in SSH's wire format, each with its length before it (RFC 4251, section 5). */
function fields(...values: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(value));
      return [length, Buffer.from(value as Buffer)];
    }),
  );
}
