import { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { SandboxAddress } from '../start-sandbox.ts';

/** The real STS client with the worker's key. */
export function stsClient(sandbox: SandboxAddress, secretAccessKey = sandbox.environment['AWS_SECRET_ACCESS_KEY'] as string): STSClient {
  return new STSClient({
    endpoint: sandbox.environment['AWS_ENDPOINT_URL_STS'] as string,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: sandbox.environment['AWS_ACCESS_KEY_ID'] as string, secretAccessKey },
    requestHandler: { httpsAgent: sandbox.agent },
  });
}

/** The real IAM client in one account, through AssumeRole. */
export async function iamClient(sandbox: SandboxAddress, account: string, role = 'offboarding-entry'): Promise<IAMClient> {
  const { Credentials } = await stsClient(sandbox).send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: 'test' }),
  );
  return new IAMClient({
    endpoint: sandbox.environment['AWS_ENDPOINT_URL_IAM'] as string,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    },
    requestHandler: { httpsAgent: sandbox.agent },
  });
}
