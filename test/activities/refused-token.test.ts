import { ClientSecretCredential } from '@azure/identity';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { afterAll, beforeAll, test } from 'vitest';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { connectAzure } from '../../activities/azure/wire/clients.ts';
import type { ReadContext } from '../../activities/cloud.ts';
import { connectEntra } from '../../activities/entra/wire/clients.ts';
import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import { connectPortal } from '../../activities/portal/wire/clients.ts';
import { MEPM } from '../../model/footprint.ts';
import { FaultsSchema } from '../../sandbox/faults.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';
import { defaultManifest } from './planned.ts';

/** A token or session that is valid by its own time, and refused from now on: the call is made once more with a fresh one. */

const NOBODY = '00000000-0000-4000-8000-000000000000';
const SCOPE = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';

let sandbox: SandboxHere;
beforeAll(async () => void (sandbox = await sandboxHere()));
afterAll(() => sandbox.stop());
const set = (rate: number) => sandbox.faults.set(FaultsSchema.parse({ rate, kinds: ['revoked'] }));

/** Nothing is asked for again by `askAgain`. */
const once = <T>(ask: () => Promise<T>): Promise<T> =>
  asyncLocalStorage.run({ cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context, ask);

const env = (name: string) => process.env[name] ?? '';
const credential = () =>
  new ClientSecretCredential(env('AZURE_TENANT_ID'), env('AZURE_CLIENT_ID'), env('AZURE_CLIENT_SECRET'), {
    authorityHost: sandbox.origin,
    disableInstanceDiscovery: true,
  });
const directory = () => ({ url: env('OFFBOARD_GRAPH_ENDPOINT'), tokenScope: 'https://graph.microsoft.com/.default' });

/** Of each cloud a question and a change, on one client. */
const CLOUDS: Record<string, () => (() => Promise<unknown>)[]> = {
  AWS: () => {
    const context: ReadContext = { manifest: defaultManifest() };
    const account = awsConnector().account('aws:210987654311', context);
    return [() => account.roles(), () => account.callerNow(), () => account.deleteRole('nobody')];
  },
  'the organisation of AWS': () => {
    const aws = awsConnector();
    const context: ReadContext = { manifest: defaultManifest() };
    return [() => aws.organization('210987654302', context)];
  },
  Azure: () => {
    const arm = { url: env('OFFBOARD_ARM_ENDPOINT'), tokenScope: 'https://management.azure.com/.default' };
    const azure = connectAzure(arm, credential(), directory());
    const id = `${SCOPE}/providers/Microsoft.Authorization/roleAssignments/${NOBODY}`;
    return [() => azure.listAllAssignments(SCOPE), () => azure.deleteAssignment(id)];
  },
  Graph: () => {
    const entra = connectEntra(directory(), credential());
    return [() => entra.listApplications("displayName eq 'x'"), () => entra.deleteApplication(NOBODY)];
  },
  Google: () => {
    const google = connectGoogle(10);
    return [() => google.getPolicy('projects/contoso-web'), () => google.deleteRole('organizations/900/roles/nobody')];
  },
  'the portal': () => {
    const portal = connectPortal({ url: env('OFFBOARD_PORTAL_URL'), tokenScope: `${MEPM.ciemAppId}/.default` }, credential(), true);
    return [() => portal.list()];
  },
};

test.each(Object.entries(CLOUDS))('%s', async (_, connect) => {
  const calls = connect();
  set(0);
  for (const call of calls) await call();
  for (const call of calls) {
    set(1);
    await once(call);
    // The fresh one is the one from now on.
    set(0);
    await once(call);
  }
});
