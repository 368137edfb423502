import { DeleteConflictException } from '@aws-sdk/client-iam';
import type { AwsAccountApi } from '../../../activities/aws/wire/account.ts';
import type { AccountPolicy, ProviderState, RoleParts, RoleState } from '../../../activities/aws/snapshot.ts';
import { ACCOUNT } from './fixtures.ts';

interface Contents {
  roles?: RoleState[];
  policies?: AccountPolicy[];
  providers?: ProviderState[];
  /** Names of roles that listings still show though they are gone. */
  lingering?: string[];
  /** Users and groups of policies, by ARN. */
  otherUsers?: Record<string, string[]>;
}

/** An account in memory behind the narrow interface, with the changes asked of it in order. Only what unit tests of removals need. */
export function fakeAccount(contents: Contents): AwsAccountApi & { calls: string[] } {
  const roles = contents.roles ?? [];
  const lingering = contents.lingering ?? [];
  let providers = contents.providers ?? [];
  const calls: string[] = [];
  const find = (name: string) => roles.find((r) => r.RoleName === name && !lingering.includes(name));
  const asSdk = (r: RoleState) => ({
    RoleName: r.RoleName,
    RoleId: r.RoleId,
    Arn: r.Arn,
    Path: r.Path,
    CreateDate: new Date(0),
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(r.AssumeRolePolicyDocument)),
    Description: r.Description,
    MaxSessionDuration: r.MaxSessionDuration,
    Tags: Object.entries(r.Tags).map(([Key, Value]) => ({ Key, Value })),
  });
  const record = (...words: string[]) => {
    calls.push(words.join(' '));
    return Promise.resolve();
  };
  const change = (arn: string, make: (p: ProviderState) => ProviderState[]) => {
    providers = providers.flatMap((p) => (p.Arn === arn ? make(p) : [p]));
  };
  const rolesWith = (arn: string) => roles.filter((r) => r.AttachedPolicies.includes(arn)).map((r) => r.RoleName);
  const usersOf = (arn: string) => [...rolesWith(arn), ...(contents.otherUsers?.[arn] ?? [])];
  const api: Partial<AwsAccountApi> = {
    account: ACCOUNT,
    caller: () => Promise.resolve({ account: ACCOUNT, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/offboarding-entry/mepm-offboard` }),
    worker: () => Promise.resolve({ account: '999988887777', arn: 'arn:aws:iam::999988887777:user/offboarding-worker' }),
    authorizationDetails: () => Promise.resolve({ roles: roles.map((r) => ({ ...asSdk(r), ...partsOf(r) })), users: [], policies: [] }),
    roles: () => Promise.resolve(roles.map(asSdk)),
    role: (name) => Promise.resolve(find(name) && asSdk(find(name) as RoleState)),
    roleParts: (name) => Promise.resolve(find(name) && partsApart(find(name) as RoleState)),
    policy: (arn) => Promise.resolve(contents.policies?.find((p) => p.state.Arn === arn) && { Arn: arn }),
    policyVersions: () => Promise.resolve([]),
    policyUsers: (arn) => Promise.resolve({ roles: rolesWith(arn), others: contents.otherUsers?.[arn] ?? [] }),
    providerArns: () => Promise.resolve(providers.map((p) => p.Arn)),
    provider: (arn) => Promise.resolve(providers.find((p) => p.Arn === arn)),
    removeFromInstanceProfile: (profile, name) => record('removeFromInstanceProfile', profile, name),
    detachPolicy: (name, arn) => record('detachPolicy', name, arn),
    deleteInlinePolicy: (name, policy) => record('deleteInlinePolicy', name, policy),
    deleteRole: (name) => record('deleteRole', name),
    deletePolicyVersion: (arn, version) => record('deletePolicyVersion', arn, version),
    // As IAM: what somebody has, or still shows as somebody's, stays.
    deletePolicy: (arn) =>
      usersOf(arn).length > 0
        ? Promise.reject(new DeleteConflictException({ $metadata: { httpStatusCode: 409 }, message: 'must be detached first.' }))
        : record('deletePolicy', arn),
    removeClientId: (arn, clientId) => {
      change(arn, (p) => [{ ...p, ClientIds: p.ClientIds.filter((c) => c !== clientId) }]);
      return record('removeClientId', arn, clientId);
    },
    deleteProvider: (arn) => {
      change(arn, () => []);
      return record('deleteProvider', arn);
    },
    stackInPlace: () => Promise.resolve(undefined),
    stackDefinition: () => Promise.reject(new Error('no stack here')),
    createStack: () => Promise.reject(new Error('no stack is made here')),
    creationFailures: () => Promise.resolve([]),
    stack: () => Promise.resolve(undefined),
    deleteStack: (id) => record('deleteStack', id),
    deletionFailures: () => Promise.resolve([]),
    createRole: (r) => record('createRole', r.RoleName),
    attachPolicy: (name, arn) => record('attachPolicy', name, arn),
    putInlinePolicy: (name, policy) => record('putInlinePolicy', name, policy),
    addToInstanceProfile: (profile, name) => record('addToInstanceProfile', profile, name),
    updateTrust: (name, trust) => {
      const found = find(name);
      if (found) found.AssumeRolePolicyDocument = trust;
      return record('updateTrust', name);
    },
    createPolicy: (p) => record('createPolicy', p.PolicyName),
    createPolicyVersion: (arn, _document, isDefault) => record('createPolicyVersion', arn, isDefault ? 'default' : ''),
    setDefaultPolicyVersion: (arn, version) => record('setDefaultPolicyVersion', arn, version),
    createProvider: (p) => record('createProvider', p.Url),
    addClientId: (arn, clientId) => {
      change(arn, (p) => [{ ...p, ClientIds: [...p.ClientIds, clientId] }]);
      return record('addClientId', arn, clientId);
    },
  };
  return { ...(api as AwsAccountApi), calls };
}

function partsOf(r: RoleState) {
  return {
    AttachedManagedPolicies: r.AttachedPolicies.map((PolicyArn) => ({ PolicyArn })),
    RolePolicyList: Object.entries(r.InlinePolicies).map(([PolicyName, d]) => ({ PolicyName, PolicyDocument: JSON.stringify(d) })),
  };
}

function partsApart(r: RoleState): RoleParts {
  return {
    attached: r.AttachedPolicies,
    inline: Object.entries(r.InlinePolicies).map(([name, document]) => [name, JSON.stringify(document)]),
    instanceProfiles: r.InstanceProfiles,
  };
}
