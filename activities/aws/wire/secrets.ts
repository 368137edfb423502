import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  RestoreSecretCommand,
  type DescribeSecretResponse,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { messageOf } from '../../../model/errors.ts';
import { need } from '../snapshot.ts';
import { isNamed } from './classify.ts';

/** The longest that Secrets Manager keeps a deleted secret (API reference, DeleteSecret). */
const RECOVERY_DAYS = 30;

/** Where Secrets Manager is called; a secret's ARN tells its region. Its value is never asked for. */
export function secretCalls(clientIn: (region: string) => SecretsManagerClient) {
  const of = (arn: string) => clientIn(need(/^arn:[\w-]+:secretsmanager:([\w-]+):/.exec(arn)?.[1], 'region in the secret’s ARN'));
  return {
    /** Undefined once it is deleted, also while it can still be restored. */
    async secret(SecretId: string) {
      const secret = await unlessGone(of(SecretId).send(new DescribeSecretCommand({ SecretId })));
      return secret?.DeletedDate === undefined ? secret : undefined;
    },
    /** JSON; undefined when it has none. */
    resourcePolicy: async (SecretId: string) =>
      (await unlessGone(of(SecretId).send(new GetResourcePolicyCommand({ SecretId }))))?.ResourcePolicy,
    /** With a recovery window of 30 days, never at once. */
    async deleteSecret(SecretId: string) {
      await unlessGone(of(SecretId).send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: RECOVERY_DAYS })));
    },
    /** False when Secrets Manager keeps nothing of it any more. */
    restoreSecret: async (SecretId: string) =>
      (await unlessGone<DescribeSecretResponse>(of(SecretId).send(new RestoreSecretCommand({ SecretId })))) !== undefined,
  };
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException') || isMarked(error)) return undefined;
    throw error;
  }
}

/** It is deleted already, and only kept for its recovery window. */
function isMarked(error: unknown): boolean {
  return isNamed(error, 'InvalidRequestException') && /marked for deletion|scheduled for deletion/i.test(messageOf(error));
}
