import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientSecretCredential } from '@azure/identity';
import { entraClient } from '../../sandbox/entra/client.ts';
import { writeGoogleCredentials } from '../../sandbox/gcp/credentials.ts';
import { EstateObjectSchema, type EstateObject } from '../../sandbox/objects.ts';
import type { Permissions } from '../../sandbox/permissions/permissions.ts';
import { lingering, type Linger } from '../../sandbox/service.ts';
import { EstateStore } from '../../sandbox/store.ts';
import { listenHere } from './sandbox-here.ts';
import { TENANT, WORKER_APP } from './small-estate.ts';

export const CLIENT_SECRET = 'a-secret-of-the-test';

/** A sandbox of a few objects within the test's process, with a clock that the test moves. */
export interface CloudSandbox {
  origin: string;
  directory: string;
  store: EstateStore;
  /** What its worker may do. */
  permissions: Permissions;
  /** Path of the credentials file for Google's libraries. */
  googleCredentials: string;
  credential: ClientSecretCredential;
  /** Moves the sandbox's clock; `credential` is made anew, since its tokens may have expired by that. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** Starts a sandbox with these objects on a free port of 127.0.0.1; the process trusts its certificate from then on. */
export async function startCloudSandbox(
  objects: unknown[],
  options: { lingerMs?: number; linger?: Partial<Linger> } = {},
): Promise<CloudSandbox> {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-sandbox-'));
  const seed: EstateObject[] = objects.map((o) => EstateObjectSchema.parse(o));
  const store = EstateStore.open(directory, seed);
  entraClient(store, { clientId: WORKER_APP, clientSecret: CLIENT_SECRET, tenantId: TENANT, cloud: 'public' });
  const { context, advance, close } = await listenHere(store, { ...lingering(options.lingerMs ?? 0), ...options.linger });
  const signIn = () =>
    new ClientSecretCredential(TENANT, WORKER_APP, CLIENT_SECRET, { authorityHost: context.origin, disableInstanceDiscovery: true });
  const sandbox: CloudSandbox = {
    origin: context.origin,
    directory,
    store,
    permissions: context.permissions,
    googleCredentials: writeGoogleCredentials(directory, context.origin),
    credential: signIn(),
    advance: (ms) => {
      advance(ms);
      sandbox.credential = signIn();
    },
    close: async () => {
      await close();
      rmSync(directory, { recursive: true });
    },
  };
  return sandbox;
}
