import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { vi } from 'vitest';
import { serverCertificate, type ServerCertificate } from '../../sandbox/certificate.ts';
import { newSigningKey, signingKey, type SigningKey } from '../../sandbox/entra/tokens.ts';
import { Faults } from '../../sandbox/faults.ts';
import { Quotas } from '../../sandbox/quotas.ts';
import { Permissions } from '../../sandbox/permissions/permissions.ts';
import { createListener } from '../../sandbox/server.ts';
import { lingering, type Linger, type SandboxContext } from '../../sandbox/service.ts';
import { SERVICES } from '../../sandbox/services.ts';
import { EstateStore, type SandboxReport } from '../../sandbox/store.ts';
import { registerWorker, writeWorkerEnvironment } from '../../sandbox/worker-environment.ts';
import { loadedEstate } from './loaded-estate.ts';
import type { SandboxAddress } from './start-sandbox.ts';

/** The sandbox's own listener within the test's process, with a clock that the test moves. */
export interface ListeningSandbox {
  context: SandboxContext;
  certificate: ServerCertificate;
  /** What comes between a caller and its clouds: nothing, until it is set. */
  faults: Faults;
  quotas: Quotas;
  /** Moves the sandbox's clock. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** One certificate for all sandboxes of a test file. */
const trusted = makeTrusted();

async function makeTrusted(): Promise<ServerCertificate> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-certificate-'));
  const certificate = await serverCertificate(directory);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate.authorityFile, 'utf8')]);
  return certificate;
}

/** One key for all sandboxes of a process: making it takes longer than most tests. */
const KEY = Symbol.for('offboard.test.signing-key');
const globals = globalThis as { [KEY]?: SigningKey };

/** Serves a store on a free port of 127.0.0.1; the process trusts its certificate from then on. */
export async function listenHere(store: EstateStore, linger: Linger): Promise<ListeningSandbox> {
  let offset = 0;
  const context: SandboxContext = { store, origin: '', linger, permissions: new Permissions(), now: () => new Date(Date.now() + offset) };
  store.now = context.now;
  signingKey(store, (globals[KEY] ??= newSigningKey()));
  const certificate = await trusted;
  const faults = new Faults();
  const quotas = new Quotas();
  const listener = createListener(SERVICES, context, undefined, faults, quotas);
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => void listener(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  context.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { context, certificate, faults, quotas, advance: (ms) => void (offset += ms), close };
}

/** A sandbox within the test's process, of which this process is a worker: its environment, until the file's end, and its authority. */
export interface SandboxHere extends SandboxAddress {
  /** What the sandbox itself says of its objects, by key. */
  report(): Promise<SandboxReport>;
  store: EstateStore;
  /** What its worker may do. */
  permissions: Permissions;
  faults: Faults;
  quotas: Quotas;
  advance(ms: number): void;
  stop(): Promise<void>;
}

/** Begins with an estate's file; `linger`: single fields in place of `lingerMs`. */
export async function sandboxHere({
  estate,
  lingerMs = 0,
  linger = {},
}: { estate?: string; lingerMs?: number; linger?: Partial<Linger> } = {}): Promise<SandboxHere> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-here-'));
  const loaded = loadedEstate(estate);
  const store = EstateStore.open(directory, loaded.objects);
  registerWorker(store, loaded);
  const { context, certificate, faults, quotas, advance, close } = await listenHere(store, { ...lingering(lingerMs), ...linger });
  writeWorkerEnvironment(directory, context.origin, certificate.authorityFile, store);
  const environment = JSON.parse(readFileSync(join(directory, 'worker.env.json'), 'utf8')) as Record<string, string>;
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const agent = new Agent({ ca: readFileSync(certificate.authorityFile) });
  const stop = async () => {
    agent.destroy();
    await close();
    rmSync(directory, { recursive: true });
  };
  return {
    origin: context.origin,
    environment,
    agent,
    report: () => Promise.resolve(store.report()),
    store,
    permissions: context.permissions,
    faults,
    quotas,
    advance,
    stop,
  };
}
