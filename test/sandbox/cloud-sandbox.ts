import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ClientSecretCredential } from '@azure/identity';
import { serverCertificate, type ServerCertificate } from '../../sandbox/certificate.ts';
import { entraClient } from '../../sandbox/entra/client.ts';
import { writeGoogleCredentials } from '../../sandbox/gcp/credentials.ts';
import { EstateObjectSchema, type EstateObject } from '../../sandbox/objects.ts';
import { createListener } from '../../sandbox/server.ts';
import type { SandboxContext } from '../../sandbox/service.ts';
import { SERVICES } from '../../sandbox/services.ts';
import { EstateStore } from '../../sandbox/store.ts';
import { TENANT, WORKER_APP } from './small-estate.ts';

export const CLIENT_SECRET = 'a-secret-of-the-test';

/** The sandbox's own listener and certificate within the test, with a clock that the test moves. */
export interface CloudSandbox {
  origin: string;
  directory: string;
  store: EstateStore;
  /** Path of the credentials file for Google's libraries. */
  googleCredentials: string;
  credential: ClientSecretCredential;
  /** Moves the sandbox's clock; `credential` is made again, since its tokens may have expired by that. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** One certificate for all sandboxes of a test file: two authorities of the same name could not be told apart. */
const trusted = makeTrusted();

async function makeTrusted(): Promise<ServerCertificate> {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-sandbox-certificate-'));
  const certificate = await serverCertificate(directory);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate.authorityFile, 'utf8')]);
  rmSync(directory, { recursive: true });
  return certificate;
}

/** Starts a sandbox with these objects on a free port of 127.0.0.1; the process trusts its certificate from then on. */
export async function startCloudSandbox(objects: unknown[], options: { lingerMs?: number } = {}): Promise<CloudSandbox> {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-sandbox-'));
  const seed: EstateObject[] = objects.map((o) => EstateObjectSchema.parse(o));
  const store = EstateStore.open(directory, seed);
  entraClient(store, { clientId: WORKER_APP, clientSecret: CLIENT_SECRET, tenantId: TENANT, cloud: 'public' });
  let offset = 0;
  const context: SandboxContext = { store, origin: '', lingerMs: options.lingerMs ?? 0, now: () => new Date(Date.now() + offset) };
  const certificate = await trusted;
  const listener = createListener(SERVICES, context);
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => void listener(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signIn = () =>
    new ClientSecretCredential(TENANT, WORKER_APP, CLIENT_SECRET, { authorityHost: context.origin, disableInstanceDiscovery: true });
  const sandbox: CloudSandbox = {
    origin: context.origin,
    directory,
    store,
    googleCredentials: writeGoogleCredentials(directory, context.origin),
    credential: signIn(),
    advance: (ms) => {
      offset += ms;
      sandbox.credential = signIn();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(directory, { recursive: true });
    },
  };
  return sandbox;
}
