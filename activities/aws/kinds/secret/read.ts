import type { Tags } from '../../snapshot.ts';
import { policyDocument, tags } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import type { SecretState } from './definition.ts';

/** One secret as it stands now, and when it was last used (to the day); undefined when it is gone. */
export async function readSecret(api: AwsAccountApi, arn: string): Promise<{ secret: SecretState; usedAt: Date | undefined } | undefined> {
  const found = await api.secret(arn);
  if (!found) return undefined;
  const policy = await api.resourcePolicy(arn);
  const secret: SecretState = {
    Arn: found.ARN ?? arn,
    Name: found.Name ?? '',
    Description: found.Description ?? '',
    KmsKeyId: found.KmsKeyId ?? null,
    Tags: tags(found.Tags) satisfies Tags,
    ResourcePolicy: policy === undefined ? null : policyDocument(policy),
    Rotates: found.RotationEnabled ?? false,
    Replicas: (found.ReplicationStatus ?? []).map((r) => r.Region ?? '').toSorted(),
  };
  return { secret, usedAt: found.LastAccessedDate };
}
