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
import type { SecretCalls } from './api.ts';
import { isNamed } from './classify.ts';

/** The longest that Secrets Manager keeps a deleted secret (API reference, DeleteSecret). */
const RECOVERY_DAYS = 30;

/** Where Secrets Manager is called; a secret's ARN tells its region. Its value is never asked for. */
export function secretCalls(clientIn: (region: string) => SecretsManagerClient): SecretCalls {
  const of = (arn: string) => clientIn(need(/^arn:[\w-]+:secretsmanager:([\w-]+):/.exec(arn)?.[1], 'region in the secret’s ARN'));
  return {
    async secret(SecretId) {
      const secret = await unlessGone(of(SecretId).send(new DescribeSecretCommand({ SecretId })));
      return secret?.DeletedDate === undefined ? secret : undefined;
    },
    async resourcePolicy(SecretId) {
      return (await unlessGone(of(SecretId).send(new GetResourcePolicyCommand({ SecretId }))))?.ResourcePolicy;
    },
    async deleteSecret(SecretId) {
      await unlessGone(of(SecretId).send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: RECOVERY_DAYS })));
    },
    async restoreSecret(SecretId) {
      return (await unlessGone<DescribeSecretResponse>(of(SecretId).send(new RestoreSecretCommand({ SecretId })))) !== undefined;
    },
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
