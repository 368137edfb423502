import { Agent } from 'node:https';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { nativeId, type SystemId } from '../../../model/names.ts';
import type { ReadContext } from '../../cloud.ts';
import { pathAndName } from '../footprint/ids.ts';
import { accountApi, callerOf, type AwsAccountApi } from './account.ts';
import { onceEach } from './once-each.ts';
import { accountsOf, homeOf } from './organization.ts';
import { secretCalls } from './secrets.ts';
import { stackCalls } from './stack-calls.ts';
import { need } from '../snapshot.ts';

const SESSION_NAME = 'mepm-offboard';
const SESSION_SECONDS = 3600;
const MAX_ATTEMPTS = 3;
const CONNECT_MS = 5_000;
const REQUEST_MS = 30_000;
const SOCKETS = 50;
/** For so long who the worker is need not be asked again. */
const WORKER_KNOWN_MS = 45_000;

export type AwsConnector = ReturnType<typeof awsConnector>;

/**
 * How to reach accounts: the worker's own credentials (the SDK's chain) assume `manifest.aws.assumeRole` in each. One API per account and
 * role is kept; the SDK asks for a new session some minutes before the old one ends.
 */
export function awsConnector() {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const httpsAgent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const shared = {
    region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true, httpsAgent },
  };
  let base: STSClient | undefined;
  const known = new Map<string, AwsAccountApi>();
  const worker = onceEach(
    () => Promise.resolve(String(Math.floor(Date.now() / WORKER_KNOWN_MS))),
    () => callerOf((base ??= new STSClient(shared))),
  );

  const roleIn = (account: string, context: ReadContext) => {
    const assumeRole = context.manifest.aws?.assumeRole;
    if (!assumeRole) throw new Error(`account ${account} was asked for, but the manifest has no aws section`);
    return `arn:${partitionOf(region)}:iam::${account}:role/${pathAndName(assumeRole)}`;
  };
  const sessionIn = (RoleArn: string) => async () => {
    const sts = (base ??= new STSClient(shared));
    const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: SESSION_NAME, DurationSeconds: SESSION_SECONDS });
    const { Credentials } = await sts.send(command);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = need(Credentials, 'Credentials');
    return {
      accessKeyId: need(AccessKeyId, 'AccessKeyId'),
      secretAccessKey: need(SecretAccessKey, 'SecretAccessKey'),
      sessionToken: need(SessionToken, 'SessionToken'),
      expiration: need(Expiration, 'Expiration'),
    };
  };

  return {
    account(system: SystemId, context: ReadContext): AwsAccountApi {
      const account = nativeId(system);
      const role = roleIn(account, context);
      const cached = known.get(role);
      if (cached) return cached;
      const iam = new IAMClient({ ...shared, credentials: sessionIn(role) });
      // The other clients take the credentials that IAM's holds, so that all share one session.
      const within = { ...shared, credentials: () => iam.config.credentials() };
      const stacks = stackCalls(once((where) => new CloudFormationClient({ ...within, region: where })));
      const secrets = secretCalls(once((where) => new SecretsManagerClient({ ...within, region: where })));
      const api = accountApi(account, iam, new STSClient(within), worker, { ...stacks, ...secrets });
      known.set(role, api);
      return api;
    },
    /** Where the worker's own credentials belong. */
    async home() {
      const { Account } = await (base ??= new STSClient(shared)).send(new GetCallerIdentityCommand({}));
      return homeOf(new OrganizationsClient(shared), need(Account, 'Account'));
    },
    /** The organisation's accounts as the worker's own credentials see them: those of its management or a delegated administrator account. */
    ownOrganization: () => accountsOf(new OrganizationsClient(shared)),
    /** The same as the management account sees them. */
    organization(managementAccount: string, context: ReadContext) {
      return accountsOf(new OrganizationsClient({ ...shared, credentials: sessionIn(roleIn(managementAccount, context)) }));
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
