import { setTimeout as sleep } from 'node:timers/promises';
import { ClientSecretCredential } from '@azure/identity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { connectAzure } from '../../activities/azure/wire/clients.ts';
import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import { forgetLimits } from '../../activities/limited.ts';
import { restTo } from '../../activities/microsoft/rest.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';

/** Each cloud's one way of all calls takes its turn, whatever library makes the call. */

let sandbox: SandboxHere;
beforeAll(async () => {
  sandbox = await sandboxHere();
});
beforeEach(forgetLimits);
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.stop();
});

const env = (name: string) => process.env[name] ?? '';
const microsoft = () =>
  new ClientSecretCredential(env('AZURE_TENANT_ID'), env('AZURE_CLIENT_ID'), env('AZURE_CLIENT_SECRET'), {
    authorityHost: sandbox.origin,
    disableInstanceDiscovery: true,
  });
const arm = () => ({ url: env('OFFBOARD_ARM_ENDPOINT'), tokenScope: 'https://management.azure.com/.default' });
const graph = () => ({ url: env('OFFBOARD_GRAPH_ENDPOINT'), tokenScope: 'https://graph.microsoft.com/.default' });

const CLOUDS: Record<string, { service: string; connect: () => () => Promise<unknown> }> = {
  AWS: {
    service: 'organizations',
    connect: () => {
      const aws = awsConnector();
      return () => aws.home();
    },
  },
  'Azure, by its SDK': {
    service: 'arm',
    connect: () => {
      const azure = connectAzure(arm(), microsoft(), graph());
      return () => azure.listAllAssignments('/');
    },
  },
  'Azure, by us': {
    service: 'arm',
    connect: () => {
      const azure = connectAzure(arm(), microsoft(), graph());
      return () => azure.listSubscriptions();
    },
  },
  Graph: {
    service: 'graph',
    connect: () => {
      const rest = restTo(graph(), microsoft());
      return () => rest.list('/v1.0/applications?$top=999', z.unknown());
    },
  },
  Google: {
    service: 'gcp-iam',
    connect: () => {
      const google = connectGoogle(10);
      return () => google.listServiceAccounts('contoso-web');
    },
  },
};

test.each(Object.entries(CLOUDS))(
  'what one call was refused for makes the next one wait, which is not refused itself: %s',
  async (_, { service, connect }) => {
    const ask = connect();
    await ask();
    sandbox.quotas.set({ [service]: { burst: 1, perSecond: 0.01 } });
    const counted = () => sandbox.quotas.tell().reduce((sum, c) => sum + c.refused, 0);
    const inActivity = () => new MockActivityEnvironment({ startToCloseTimeoutMs: 3_600_000 }).run(ask);
    await ask().catch(() => undefined);
    const first = inActivity();
    await expect.poll(counted, { timeout: 10_000 }).toBeGreaterThan(0);
    // The answer is on its way.
    await sleep(100);
    const before = counted();
    const later = inActivity();
    await sleep(200);
    expect(counted()).toBe(before);
    // What they have learnt is a pause of 100 s, or, in AWS, of none.
    sandbox.quotas.set({});
    for (const asked of [first, later]) asked.catch(() => undefined);
  },
);
