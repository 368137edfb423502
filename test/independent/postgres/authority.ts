import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate authority of a test's own, made by openssl, with one server's key and certificate. */
export interface Authority {
  /** File of the authority's certificate (PEM), for sslrootcert. */
  ca: string;
  folder: string;
  /** The server's, as PEM. */
  key: string;
  certificate: string;
}

/** `subject`: what the server's certificate is for, such as `IP:127.0.0.1` or `DNS:db.example`. */
export async function authority(subject: string): Promise<Authority> {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-authority-'));
  const at = (name: string) => join(folder, name);
  const request = async (name: string, ...options: string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at(`${name}.key`)];
    await promisify(execFile)('openssl', [
      'req',
      '-x509',
      ...key,
      '-out',
      at(`${name}.pem`),
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      ...options,
    ]);
  };
  await request('authority');
  await request(
    'server',
    '-CA',
    at('authority.pem'),
    '-CAkey',
    at('authority.key'),
    '-addext',
    `subjectAltName=${subject}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  );
  return {
    ca: at('authority.pem'),
    folder,
    key: readFileSync(at('server.key'), 'utf8'),
    certificate: readFileSync(at('server.pem'), 'utf8'),
  };
}
