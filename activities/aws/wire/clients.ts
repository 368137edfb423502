import { Agent } from 'node:https';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { nativeId, type SystemId } from '../../../model/names.ts';
import { answerWithinMs } from '../../answer-within.ts';
import type { ReadContext } from '../../cloud.ts';
import { pathAndName } from '../footprint/ids.ts';
import { calling, type Renewable } from './answers.ts';
import { accountApi, callerOf, type AwsAccountApi } from './account.ts';
import type { Caller } from '../footprint/ourselves.ts';
import { Lately } from '../../lately.ts';
import { onceEach } from './once-each.ts';
import { isNamed } from './classify.ts';
import { ofOwn, ownClient, ownCredentials } from './own.ts';
import { accountsOf, homeOf } from './organization.ts';
import { secretCalls } from './secrets.ts';
import { stackCalls } from './stack-calls.ts';
import { need } from '../snapshot.ts';

const SESSION_NAME = 'mepm-offboard';
const SESSION_SECONDS = 3600;
const CONNECT_MS = 5_000;
const SOCKETS = 50;
/** For so long who the worker is need not be asked again. */
const WORKER_KNOWN_MS = 45_000;

/** As many accounts as are worked on at once. */
const CLIENTS_KEPT = 320;
/** The SDK itself renews what ends within five minutes. */
const RENEWED_MS = 5 * 60_000;

/** The worker's own credentials are looked up again after this, since a file may have changed. */
const OWN_KEPT_MS = 15 * 60_000;

/** A session in an account, and whose it is. */
interface Session {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration: Date };
  caller: Caller;
}

/** The way into an account. */
interface Entry {
  RoleArn: string;
  ExternalId: string | undefined;
}

const keyOf = ({ RoleArn, ExternalId }: Entry): string => [RoleArn, ExternalId].join(' ');

export type AwsConnector = ReturnType<typeof awsConnector>;

/**
 * How to reach accounts: the worker's own credentials (the SDK's chain) assume `manifest.aws.assumeRole` in each. A session is kept for each account and role;
 * the clients, those of the accounts alone that were asked for last.
 */
export function awsConnector() {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  // Through a proxy where HTTPS_PROXY and NO_PROXY say so, as the other clouds' libraries go.
  const httpsAgent = new Agent({ keepAlive: true, maxSockets: SOCKETS, proxyEnv: process.env });
  const shared = {
    region,
    // Whatever is asked again, `calling` asks.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: answerWithinMs(), throwOnRequestTimeout: true, httpsAgent },
  };
  const ownSts = ownClient(() => calling(new STSClient({ ...shared, credentials: ownCredentials() }), ofOwn));
  const ownOrganizations = ownClient(() => calling(new OrganizationsClient({ ...shared, credentials: ownCredentials() }), ofOwn));
  const sessions = new Map<string, Promise<Session>>();
  const known = new Lately<string, AwsAccountApi>(CLIENTS_KEPT);
  const worker = onceEach(
    () => Promise.resolve(String(Math.floor(Date.now() / WORKER_KNOWN_MS))),
    () => ownSts(callerOf),
  );

  const entryTo = (account: string, context: ReadContext): Entry => {
    const { assumeRole, externalId } = context.manifest.aws ?? {};
    if (!assumeRole) throw new Error(`account ${account} was asked for, but the manifest has no aws section`);
    return { RoleArn: `arn:${partitionOf(region)}:iam::${account}:role/${pathAndName(assumeRole)}`, ExternalId: externalId };
  };
  const assume = async ({ RoleArn, ExternalId }: Entry): Promise<Session> => {
    const command = new AssumeRoleCommand({
      RoleArn,
      RoleSessionName: SESSION_NAME,
      DurationSeconds: SESSION_SECONDS,
      ...(ExternalId === undefined ? {} : { ExternalId }),
    });
    const { Credentials, AssumedRoleUser } = await ownSts((sts) => sts.send(command));
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = need(Credentials, 'Credentials');
    const arn = need(AssumedRoleUser?.Arn, 'AssumedRoleUser.Arn');
    return {
      credentials: {
        accessKeyId: need(AccessKeyId, 'AccessKeyId'),
        secretAccessKey: need(SecretAccessKey, 'SecretAccessKey'),
        sessionToken: need(SessionToken, 'SessionToken'),
        expiration: need(Expiration, 'Expiration'),
      },
      // STS says with the session whose it is.
      caller: { account: need(arn.split(':')[4], 'AssumedRoleUser.Arn'), arn },
    };
  };
  /** The role's session. In the worker's own account, which has no role of that name as a rule where it is the management account, its own credentials do. */
  const enter = async (entry: Entry): Promise<Session> => {
    try {
      return await assume(entry);
    } catch (error) {
      if (!isNamed(error, 'AccessDenied')) throw error;
      const caller = await worker();
      if (caller.account !== entry.RoleArn.split(':')[4]) throw error;
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await ownCredentials()();
      const soon = new Date(Date.now() + OWN_KEPT_MS);
      return {
        credentials: {
          accessKeyId,
          secretAccessKey,
          ...(sessionToken === undefined ? {} : { sessionToken }),
          expiration: expiration !== undefined && expiration < soon ? expiration : soon,
        },
        caller,
      };
    }
  };
  /** The session in a role; outlives its clients. A new one is asked for some minutes before it ends. */
  const sessionIn = async (entry: Entry): Promise<Session> => {
    const key = keyOf(entry);
    const before = sessions.get(key);
    const known = await before;
    if (known && known.credentials.expiration.getTime() - Date.now() > RENEWED_MS) return known;
    if (sessions.get(key) !== before) return await sessionIn(entry);
    const entering = enter(entry);
    sessions.set(key, entering);
    // One that failed is asked for again.
    entering.catch(() => sessions.delete(key));
    return await entering;
  };

  const sessionOf = (entry: Entry): Renewable => {
    const key = keyOf(entry);
    return { current: () => sessions.get(key), giveUp: () => void sessions.delete(key) };
  };
  /** Sessions are kept here alone: the SDK would go on with one until its own end, also where AWS refuses it before. */
  const credentialsIn = (entry: Entry) => Object.assign(async () => (await sessionIn(entry)).credentials, { memoized: true });

  return {
    account(system: SystemId, context: ReadContext): AwsAccountApi {
      const account = nativeId(system);
      const entry = entryTo(account, context);
      const cached = known.get(keyOf(entry));
      if (cached) return cached;
      const counted = { account: `account ${account}`, session: sessionOf(entry) };
      const within = { ...shared, credentials: credentialsIn(entry) };
      const iam = calling(new IAMClient(within), counted);
      const caller = async () => (await sessionIn(entry)).caller;
      let asking: STSClient | undefined;
      const sts = () => (asking ??= calling(new STSClient(within), counted));
      const stacks = stackCalls(
        once((where) => calling(new CloudFormationClient({ ...within, region: where }), { ...counted, region: where })),
      );
      const secrets = secretCalls(
        once((where) => calling(new SecretsManagerClient({ ...within, region: where }), { ...counted, region: where })),
      );
      const api = accountApi(account, iam, { caller, worker, sts }, { ...stacks, ...secrets });
      known.set(keyOf(entry), api);
      return api;
    },
    /** Enters an account by a session of its own, so that what was taken away since the last one shows. */
    enterAnew: async (account: string, context: ReadContext) => void (await enter(entryTo(account, context))),
    partition: partitionOf(region),
    /** Whose the worker's own credentials are. */
    whoami: async () => (await worker()).arn,
    /** Where the worker's own credentials belong. */
    async home() {
      const { Account } = await ownSts((sts) => sts.send(new GetCallerIdentityCommand({})));
      return await ownOrganizations((organizations) => homeOf(organizations, need(Account, 'Account')));
    },
    /** The organisation's accounts as the worker's own credentials see them: those of its management or a delegated administrator account. */
    ownOrganization: () => ownOrganizations(accountsOf),
    /** The same as the management account sees them. */
    organization(managementAccount: string, context: ReadContext) {
      const entry = entryTo(managementAccount, context);
      const client = new OrganizationsClient({ ...shared, credentials: credentialsIn(entry) });
      return accountsOf(calling(client, { account: `account ${managementAccount}`, session: sessionOf(entry) }));
    },
  };
}

/** One client for each region, made when it is first asked for. */
function once<T>(make: (region: string) => T): (region: string) => T {
  const made = new Map<string, T>();
  return (region) => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
