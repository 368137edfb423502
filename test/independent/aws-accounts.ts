import { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** One tenant with the clouds that the sandbox plays beside moto. */
export { TENANT } from '../harness/estate.ts';

/** The AWS organisation the independent test offboards: twelve accounts, entered as a worker enters real ones, by AssumeRole. */

export const OTHER_TENANT = '0a9b8c7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d';
export const ENTRY_ROLE = 'offboarding-entry';
export const OIDC_ACCOUNT = '310000000001';
export const MANAGEMENT_ACCOUNT = '310000000002';
export const LOGGING_ACCOUNT = '310000000003';
/** Nine of them. */
export const MEMBERS = Array.from({ length: 9 }, (_, i) => `3100000000${i + 11}`);
export const ACCOUNTS = [OIDC_ACCOUNT, MANAGEMENT_ACCOUNT, LOGGING_ACCOUNT, ...MEMBERS];

/** Any key gets into moto; this one stands for the worker's own account. */
const BASE = { region: 'us-east-1', credentials: { accessKeyId: 'independent', secretAccessKey: 'independent' } };

/** An IAM client inside an account, by the cloud's own SDK and none of the product's code. */
export async function iamOf(endpoint: string, account: string): Promise<IAMClient> {
  const sts = new STSClient({ ...BASE, endpoint });
  const RoleArn = `arn:aws:iam::${account}:role/${ENTRY_ROLE}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'independent-test' }));
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.SessionToken)
    throw new Error(`no credentials for ${account}`);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials;
  return new IAMClient({ region: BASE.region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } });
}
