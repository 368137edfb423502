import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, randomUUID, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const VALID_YEARS = 10;

/** What the https server needs, as PEM, and where a client finds the authority to trust (`NODE_EXTRA_CA_CERTS`). */
export interface ServerCertificate {
  key: string;
  cert: string;
  authorityFile: string;
}

/**
 * The sandbox's own certificate for 127.0.0.1 and localhost, made at first start and kept in `directory`, so that a worker that trusts the
 * authority's file keeps working after a restart. The authority's key is thrown away: nothing else can ever be signed with it.
 */
export async function serverCertificate(directory: string): Promise<ServerCertificate> {
  const files = {
    authority: join(directory, 'ca.pem'),
    key: join(directory, 'server-key.pem'),
    cert: join(directory, 'server.pem'),
  };
  if (!Object.values(files).every((file) => existsSync(file))) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const made = await makeCertificates();
    writeFileSync(files.key, made.key, { mode: 0o600 });
    writeFileSync(files.cert, made.cert);
    writeFileSync(files.authority, made.authority);
  }
  return { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8'), authorityFile: files.authority };
}

async function makeCertificates(): Promise<{ authority: string; cert: string; key: string }> {
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serverKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - 86_400_000);
  const notAfter = new Date(notBefore);
  notAfter.setFullYear(notAfter.getFullYear() + VALID_YEARS);
  const validity = { notBefore, notAfter, signingAlgorithm: ALGORITHM };
  // A name of its own: a client that trusts several sandboxes could not tell their authorities apart.
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: `CN=mepm-offboard sandbox authority ${randomUUID()}`,
    keys: authorityKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const server = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject: 'CN=127.0.0.1',
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
  return { authority: authority.toString('pem'), cert: server.toString('pem'), key };
}

function serialNumber(): string {
  // A leading zero bit keeps the number positive, as RFC 5280 demands.
  const bytes = randomBytes(16);
  bytes[0] = 0x01 | ((bytes[0] ?? 0) & 0x7f);
  return bytes.toString('hex');
}
