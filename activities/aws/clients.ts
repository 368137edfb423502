import { Agent } from 'node:https';
import { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { nativeId, type SystemId } from '../../model/names.ts';
import type { ReadContext } from '../kind.ts';
import { accountApi } from './account.ts';
import type { AwsAccountApi } from './api.ts';
import { need } from './snapshot.ts';

const SESSION_NAME = 'mepm-offboard';
const SESSION_SECONDS = 3600;
const MAX_ATTEMPTS = 3;
const CONNECT_MS = 5_000;
const REQUEST_MS = 30_000;
const SOCKETS = 50;

/**
 * How to reach accounts: the worker's own credentials (the SDK's chain) assume `manifest.aws.assumeRole` in each. One API per account and
 * role is kept; the SDK asks for a new session some minutes before the old one ends.
 */
export function awsConnector(): (system: SystemId, context: ReadContext) => AwsAccountApi {
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const httpsAgent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const shared = {
    region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true, httpsAgent },
  };
  let base: STSClient | undefined;
  const known = new Map<string, AwsAccountApi>();

  return (system, context) => {
    const assumeRole = context.manifest.aws?.assumeRole;
    if (!assumeRole) throw new Error(`${system} was asked for, but the manifest has no aws section`);
    const account = nativeId(system);
    const RoleArn = `arn:${partitionOf(region)}:iam::${account}:role/${assumeRole.replace(/^\//, '')}`;
    const cached = known.get(RoleArn);
    if (cached) return cached;

    const sts = (base ??= new STSClient(shared));
    const session = async () => {
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
    const iam = new IAMClient({ ...shared, credentials: session });
    // The identity call takes the credentials IAM's client holds, so that both share one session.
    const own = new STSClient({ ...shared, credentials: () => iam.config.credentials() });
    const api = accountApi(account, iam, own, sts);
    known.set(RoleArn, api);
    return api;
  };
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
