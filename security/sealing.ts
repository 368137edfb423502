import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { readOrCreatePrivate } from './files.ts';

const ALG = 'ECDH-ES';
const ENC = 'A256GCM';

/** The workers' key that one-time passwords are sealed to. Only workers hold it; payload keys do not open what is sealed. */
export interface SealingKey {
  publicJwk: JWK;
  open(sealed: string): Promise<{ otp: string; collector: string }>;
}

/** Loads the workers' private key: from OFFBOARD_SEALING_KEY (a JWK) when set, else from `file`, made on first use with mode 0600. */
export async function loadSealingKey(file: string, env: NodeJS.ProcessEnv = process.env): Promise<SealingKey> {
  const pair = await generateKeyPair(ALG, { crv: 'X25519', extractable: true });
  const fresh = JSON.stringify(await exportJWK(pair.privateKey));
  const jwk = JSON.parse(env['OFFBOARD_SEALING_KEY'] ?? readOrCreatePrivate(file, () => fresh)) as JWK;
  const key = await importJWK(jwk, ALG);
  const { kty, crv, x } = jwk;
  return {
    publicJwk: { kty, crv, x } as JWK,
    async open(sealed) {
      const { plaintext } = await compactDecrypt(sealed, key, { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC] });
      return JSON.parse(Buffer.from(plaintext).toString()) as { otp: string; collector: string };
    },
  };
}

/** Seals a one-time password, bound to its collector, to the workers' public key: a compact JWE. */
export async function seal(publicJwk: JWK, otp: string, collector: string): Promise<string> {
  const key = await importJWK(publicJwk, ALG);
  return await new CompactEncrypt(Buffer.from(JSON.stringify({ otp, collector }))).setProtectedHeader({ alg: ALG, enc: ENC }).encrypt(key);
}
