import type { SandboxContext, SandboxRequest } from '../service.ts';
import { accountOf, type Caller } from './credentials.ts';
import { jsonService } from './protocols.ts';
import { AwsError } from './wire.ts';

const PAGE = 5;
const STATES = { active: 'ACTIVE', suspended: 'SUSPENDED', 'pending-closure': 'PENDING_CLOSURE' } as const;

/** AWS Organizations on JSON 1.1: the estate's accounts are one organisation, which its management account alone may list. */
export const organizationsService = jsonService('/organizations', 'AWSOrganizationsV20161128.', ({ action, caller, request, context }) => {
  const management = context.store.list('aws-account').find((a) => a.management);
  if (management?.deny?.includes(`organizations:${action}`)) throw denied();
  if (action === 'DescribeOrganization') return { Organization: organization(management?.id) };
  if (action === 'ListAccounts') return listAccounts(request, caller, context);
  throw new AwsError(400, 'UnknownOperationException', action);
});

/** Any account of the organisation may ask; the worker's own account, which is not in the estate, is taken for one of them. */
function organization(management: string | undefined): object {
  if (management === undefined)
    throw new AwsError(400, 'AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
  return {
    Id: 'o-sandbox0000',
    Arn: `arn:aws:organizations::${management}:organization/o-sandbox0000`,
    FeatureSet: 'ALL',
    MasterAccountArn: `arn:aws:organizations::${management}:account/o-sandbox0000/${management}`,
    MasterAccountId: management,
    MasterAccountEmail: 'root@sandbox.example',
    AvailablePolicyTypes: [],
  };
}

const denied = () => new AwsError(400, 'AccessDeniedException', "You don't have permissions to access this resource.");

function listAccounts(request: SandboxRequest, caller: Caller, context: SandboxContext): object {
  const accounts = context.store.list('aws-account');
  const own = accounts.find((a) => a.id === accountOf(caller));
  if (own?.management !== true) throw denied();
  const { NextToken, MaxResults } = JSON.parse(request.body || '{}') as { NextToken?: string; MaxResults?: number };
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString('utf8');
  const rest = accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1)).filter((a) => a.id > after);
  // Pages are small, as AWS reserves itself: "can include fewer results, or none, even when there are more".
  const page = rest.slice(0, Math.min(MaxResults ?? PAGE, PAGE));
  const last = page.at(-1);
  return {
    Accounts: page.map(({ id, state }) => ({
      Id: id,
      Arn: `arn:aws:organizations::${own.id}:account/o-sandbox0000/${id}`,
      Name: `account ${id}`,
      State: STATES[state],
      JoinedMethod: 'CREATED',
    })),
    ...(last && rest.length > page.length ? { NextToken: Buffer.from(last.id).toString('base64url') } : {}),
  };
}
