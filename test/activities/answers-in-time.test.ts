import { ClientSecretCredential } from '@azure/identity';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { answerWithinMs } from '../../activities/answer-within.ts';
import { classify } from '../../activities/aws/wire/classify.ts';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { classifyAzure } from '../../activities/azure/wire/classify.ts';
import { connectAzure } from '../../activities/azure/wire/clients.ts';
import { classifyEntra } from '../../activities/entra/wire/classify.ts';
import { classifyGcp } from '../../activities/gcp/wire/classify.ts';
import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import { bounded, restTo } from '../../activities/microsoft/rest.ts';
import type { FailureClass } from '../../model/errors.ts';
import { FaultsSchema, type FaultKind } from '../../sandbox/faults.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';

/** One time limit for the whole answer, headers and body, whatever library makes the call. */

const WITHIN_MS = 300;

let sandbox: SandboxHere;
beforeAll(async () => {
  sandbox = await sandboxHere();
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', String(WITHIN_MS / 1000));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.stop();
});

/** Asks as an activity that is to stop does: nothing is asked for again. */
const once = <T>(ask: () => Promise<T>): Promise<T> =>
  asyncLocalStorage.run({ cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context, ask);

interface Asked {
  /** Its services, and what gives a token for them. */
  services: string[];
  signIn: string[];
  connect(): () => Promise<unknown>;
  judge(error: unknown): FailureClass;
}

const env = (name: string) => process.env[name] ?? '';
const microsoft = () =>
  new ClientSecretCredential(env('AZURE_TENANT_ID'), env('AZURE_CLIENT_ID'), env('AZURE_CLIENT_SECRET'), {
    authorityHost: sandbox.origin,
    disableInstanceDiscovery: true,
    additionalPolicies: [{ policy: bounded, position: 'perRetry' }],
  });
const arm = () => ({ url: env('OFFBOARD_ARM_ENDPOINT'), tokenScope: 'https://management.azure.com/.default' });
const graph = () => ({ url: env('OFFBOARD_GRAPH_ENDPOINT'), tokenScope: 'https://graph.microsoft.com/.default' });

const CLOUDS: Record<string, Asked> = {
  AWS: {
    services: ['organizations'],
    signIn: ['sts'],
    connect: () => {
      const aws = awsConnector();
      return () => aws.home();
    },
    judge: classify,
  },
  'Azure, by its SDK': {
    services: ['arm'],
    signIn: ['entra'],
    connect: () => {
      const azure = connectAzure(arm(), microsoft(), graph());
      return () => azure.listAllAssignments('/');
    },
    judge: classifyAzure,
  },
  Graph: {
    services: ['graph'],
    signIn: ['entra'],
    connect: () => {
      const rest = restTo(graph(), microsoft());
      return () => rest.list('/v1.0/applications', z.unknown());
    },
    judge: classifyEntra,
  },
  Google: {
    services: ['gcp-iam'],
    signIn: ['entra', 'gcp-iam'],
    connect: () => {
      const google = connectGoogle(10);
      return () => google.listServiceAccounts('contoso-web');
    },
    judge: classifyGcp,
  },
};

const disturb = (kind: FaultKind, services: string[]) => sandbox.faults.set(FaultsSchema.parse({ rate: 1, kinds: [kind], services }));
const cases = (['stalled', 'trickle'] as const).flatMap((kind) => Object.keys(CLOUDS).map((name) => [kind, name] as const));

async function failed(ask: () => Promise<unknown>): Promise<{ error: unknown; took: number }> {
  const began = performance.now();
  const error: unknown = await once(ask).then(
    () => expect.unreachable('it was answered'),
    (thrown: unknown) => thrown,
  );
  return { error, took: performance.now() - began };
}

test.each(cases)('an answer that is %s is given up in time, and may be asked for again: %s', async (kind, name) => {
  const { services, connect, judge } = CLOUDS[name] as Asked;
  const ask = connect();
  disturb(kind, services);
  const { error, took } = await failed(ask);
  expect(judge(error)).toMatchObject({ kind: 'retry' });
  // With the sign-in before it, and on a machine that is busy.
  expect(took).toBeGreaterThanOrEqual(WITHIN_MS - 20);
  expect(took).toBeLessThan(WITHIN_MS + 4_000);
});

test.each(cases)('so is one in place of a token: %s, %s', async (kind, name) => {
  const { signIn, connect, judge } = CLOUDS[name] as Asked;
  const ask = connect();
  disturb(kind, signIn);
  const { error, took } = await failed(ask);
  expect(judge(error)).toMatchObject({ kind: 'retry' });
  expect(took).toBeLessThan(WITHIN_MS + 4_000);
});

test.each(Object.keys(CLOUDS))('an answer that goes on and on is given up after 64 MiB, and may be asked for again: %s', async (name) => {
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', '20');
  const { services, signIn, connect, judge } = CLOUDS[name] as Asked;
  const flooded = async (by: string[]) => {
    sandbox.faults.set(FaultsSchema.parse({ rate: 0 }));
    const ask = connect();
    disturb('flood', by);
    return judge((await failed(ask)).error);
  };
  expect(await flooded(services)).toMatchObject({ kind: 'retry', code: 'AnswerTooLarge' });
  expect(await flooded(signIn)).toMatchObject({ kind: 'retry' });
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', String(WITHIN_MS / 1000));
});

test('how long that is a setting says, in seconds; what is none is refused by its name', () => {
  expect(answerWithinMs({})).toBe(30_000);
  expect(answerWithinMs({ OFFBOARD_ANSWER_WITHIN: '2.5' })).toBe(2_500);
  for (const wrong of ['0', '-1', '30000', 'soon', '1e9'])
    expect(() => answerWithinMs({ OFFBOARD_ANSWER_WITHIN: wrong })).toThrow(/OFFBOARD_ANSWER_WITHIN is .*write seconds/);
});
