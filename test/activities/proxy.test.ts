import { ClientSecretCredential } from '@azure/identity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import { restTo } from '../../activities/microsoft/rest.ts';
import { z } from 'zod';
import { tunnel } from '../harness/tunnel.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';

/** One way out for all clouds: HTTPS_PROXY and NO_PROXY mean the same to each library. */

let proxy: Awaited<ReturnType<typeof tunnel>>;
let sandbox: SandboxHere;
beforeEach(async () => {
  sandbox = await sandboxHere();
  proxy = await tunnel();
  for (const name of ['https_proxy', 'no_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) vi.stubEnv(name, undefined);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
  await sandbox.stop();
});

const askEach: Record<string, () => Promise<unknown>> = {
  AWS: () => awsConnector().home(),
  Google: () => connectGoogle(10).getRole('organizations/900/roles/nobody'),
  Microsoft: () => {
    const env = (name: string) => process.env[name] ?? '';
    const credential = new ClientSecretCredential(env('AZURE_TENANT_ID'), env('AZURE_CLIENT_ID'), env('AZURE_CLIENT_SECRET'), {
      authorityHost: sandbox.origin,
      disableInstanceDiscovery: true,
    });
    const graph = { url: env('OFFBOARD_GRAPH_ENDPOINT'), tokenScope: 'https://graph.microsoft.com/.default' };
    return restTo(graph, credential).list('/v1.0/applications', z.unknown());
  },
};

test.each(Object.entries(askEach))('calls to %s go through the proxy that HTTPS_PROXY names', async (_, ask) => {
  vi.stubEnv('NO_PROXY', undefined);
  await ask();
  // An earlier test's call that nobody waits for may still go the same way.
  expect(proxy.asked).toContain(new URL(sandbox.origin).host);
});

// Microsoft's library reads NO_PROXY once in a process.
test.each(Object.entries(askEach).filter(([cloud]) => cloud !== 'Microsoft'))(
  'calls to %s go past it where NO_PROXY names the host',
  async (_, ask) => {
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await ask();
    expect(proxy.asked).not.toContain(new URL(sandbox.origin).host);
  },
);
