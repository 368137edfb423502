import {
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  RestoreSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { doneOrGone, isThere, unlessGone } from '../../answer.ts';
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
      const secret = await unlessGone(isGone, () => of(SecretId).send(new DescribeSecretCommand({ SecretId })));
      return secret?.DeletedDate === undefined ? secret : undefined;
    },
    /** JSON; undefined when it has none. */
    resourcePolicy: async (SecretId: string) =>
      (await unlessGone(isGone, () => of(SecretId).send(new GetResourcePolicyCommand({ SecretId }))))?.ResourcePolicy,
    /** With a recovery window of 30 days, never at once. */
    deleteSecret: (SecretId: string) =>
      doneOrGone(isGone, () => of(SecretId).send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: RECOVERY_DAYS }))),
    /** False when Secrets Manager keeps nothing of it any more. */
    restoreSecret: (SecretId: string) => isThere(isGone, () => of(SecretId).send(new RestoreSecretCommand({ SecretId }))),
  };
}

/** It is not there, or deleted already and only kept for its recovery window. */
function isGone(error: unknown): boolean {
  const isMarked = isNamed(error, 'InvalidRequestException') && /marked for deletion|scheduled for deletion/i.test(messageOf(error));
  return isMarked || isNamed(error, 'ResourceNotFoundException');
}
