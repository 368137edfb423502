import type { SandboxContext } from '../service.ts';
import { newSession, WORKER_ACCOUNT, WORKER_ARN } from './credentials.ts';
import { roleId } from './ids.ts';
import { queryService, type Query } from './protocols.ts';
import { AwsError, type Xml } from './wire.ts';

/** AWS STS on the query protocol: AssumeRole into the estate's accounts (their entry role only), and GetCallerIdentity. */
export const stsService = queryService<Query>(
  '/sts',
  'https://sts.amazonaws.com/doc/2011-06-15/',
  { AssumeRole: assumeRole, GetCallerIdentity: callerIdentity },
  (query) => query,
);

function assumeRole({ parameters, caller, context }: Query): Xml {
  const arn = parameters.get('RoleArn') ?? '';
  const sessionName = parameters.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw new AwsError(400, 'ValidationError', 'RoleSessionName has 2 to 64 of [\\w+=,.@-]');
  const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
  if (!(seconds >= 900 && seconds <= 43_200)) throw new AwsError(400, 'ValidationError', 'DurationSeconds is 900 to 43200');
  const [, account = '', role = ''] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (caller.type !== 'user' || !mayAssume(account, role, parameters.get('ExternalId'), context)) {
    const who = caller.type === 'user' ? WORKER_ARN : sessionArn(caller.session);
    throw new AwsError(403, 'AccessDenied', `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`);
  }
  const expiresAt = context.now().getTime() + seconds * 1000;
  const made = newSession(context.store, { account, role, sessionName, expiresAt });
  return {
    Credentials: {
      AccessKeyId: made.accessKeyId,
      SecretAccessKey: made.secretAccessKey,
      SessionToken: made.sessionToken,
      Expiration: new Date(expiresAt),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${roleId(context.store, arn)}:${sessionName}`,
      Arn: sessionArn({ account, role, sessionName }),
    },
  };
}

function mayAssume(account: string, role: string, externalId: string | null, context: SandboxContext): boolean {
  const known = context.store.live(`aws-account:${account}`);
  if (known?.kind === 'aws-account' && known.externalId !== undefined && known.externalId !== externalId) return false;
  const deleted = context.store.deleted('aws-role', account).some((d) => d.object.name === role);
  return isActive(context, account, role) && !deleted;
}

/** Whether there is such an account, open, and where a role is given, whether it is the one that the worker enters by. */
export function isActive({ store }: SandboxContext, account: string, entryRole?: string): boolean {
  const known = store.live(`aws-account:${account}`);
  return known?.kind === 'aws-account' && known.state === 'active' && (entryRole === undefined || known.entryRole === entryRole);
}

function callerIdentity({ caller, context }: Query): Xml {
  if (caller.type === 'user') return { Arn: WORKER_ARN, UserId: 'AIDAOFFBOARDINGWORKER', Account: WORKER_ACCOUNT };
  const { account, role, sessionName } = caller.session;
  return {
    Arn: sessionArn(caller.session),
    UserId: `${roleId(context.store, `arn:aws:iam::${account}:role/${role}`)}:${sessionName}`,
    Account: account,
  };
}

function sessionArn(s: { account: string; role: string; sessionName: string }): string {
  return `arn:aws:sts::${s.account}:assumed-role/${s.role}/${s.sessionName}`;
}
