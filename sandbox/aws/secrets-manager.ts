import { accountOf } from './credentials.ts';
import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { tagList } from './call.ts';
import { jsonService } from './protocols.ts';
import { AwsError } from './wire.ts';

type Secret = ObjectOf<'aws-secret'>;

const DAY = 86_400_000;

interface Call {
  arn: string;
  body: { SecretId?: string; RecoveryWindowInDays?: number; ForceDeleteWithoutRecovery?: boolean };
  context: SandboxContext;
}

const HANDLERS: Record<string, (call: Call) => object> = {
  DescribeSecret(call) {
    const { secret, deletedAt } = found(call);
    return {
      ARN: secret.id,
      Name: secret.name,
      Description: secret.description,
      KmsKeyId: secret.kmsKeyId,
      RotationEnabled: secret.rotates ? true : undefined,
      Tags: tagList(secret.tags),
      LastAccessedDate: secret.lastAccessed === undefined ? undefined : seconds(new Date(secret.lastAccessed)),
      DeletedDate: deletedAt && seconds(deletedAt),
      ReplicationStatus: secret.replicas.map((Region) => ({ Region, Status: 'InSync' })),
    };
  },
  GetResourcePolicy(call) {
    const { secret, deletedAt } = found(call);
    if (deletedAt) throw marked();
    const ResourcePolicy = secret.resourcePolicy === undefined ? undefined : JSON.stringify(secret.resourcePolicy);
    return { ARN: secret.id, Name: secret.name, ResourcePolicy };
  },
  DeleteSecret(call) {
    const { secret, deletedAt } = found(call);
    if (deletedAt) throw marked();
    const { RecoveryWindowInDays: days = 30, ForceDeleteWithoutRecovery: force = false } = call.body;
    deleteSecret(call.context, secret, force ? 0 : days);
    return { ARN: secret.id, Name: secret.name, DeletionDate: seconds(new Date(call.context.now().getTime() + (force ? 0 : days) * DAY)) };
  },
  RestoreSecret(call) {
    const { secret } = found(call);
    call.context.store.put(secret);
    return { ARN: secret.id, Name: secret.name };
  },
};

/** Secrets Manager on JSON 1.1, in whatever region. A deleted secret is described until its recovery window is over; nothing tells a value. */
export const secretsManagerService = jsonService('/secretsmanager', 'secretsmanager.', ({ action, caller, request, context }) => {
  const handler = HANDLERS[action];
  if (!handler) throw new AwsError(400, 'UnknownOperationException', action);
  const body = JSON.parse(request.body || '{}') as Call['body'];
  const arn = body.SecretId ?? '';
  const account = accountOf(caller);
  const known = context.store.list('aws-account').find((a) => a.id === account);
  if (known === undefined || known.deny?.includes(`secretsmanager:${action}`))
    throw new AwsError(400, 'AccessDeniedException', `not authorized to perform: secretsmanager:${action}`);
  if (arn.split(':')[4] !== account) throw missing();
  return handler({ arn, body, context });
});

/** With a recovery window of 0 days it is gone for good at once, as CloudFormation deletes it. */
export function deleteSecret({ store, now }: SandboxContext, secret: Secret, days: number): void {
  windows({ store }).set(secret.id, now().getTime() + days * DAY);
  store.remove(secret, now());
}

function found({ arn, context }: Call): { secret: Secret; deletedAt?: Date } {
  const live = context.store.list('aws-secret').find((s) => s.id === arn);
  if (live) return { secret: live };
  const kept = context.store.deleted('aws-secret').find((d) => d.object.id === arn);
  if (!kept || windows(context).get(arn) <= context.now().getTime()) throw missing();
  return { secret: kept.object, deletedAt: kept.deletedAt };
}

/** Until when a deleted secret can be restored, in ms since the epoch. */
function windows({ store }: Pick<SandboxContext, 'store'>) {
  const slot = store.slot<Record<string, number>>('aws-secret-windows', {});
  return { get: (arn: string) => slot[arn] ?? 0, set: (arn: string, until: number) => void (slot[arn] = until) };
}

const missing = () => new AwsError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
const marked = () =>
  new AwsError(400, 'InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion.");
const seconds = (at: Date) => at.getTime() / 1000;
