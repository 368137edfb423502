import type { EstateStore } from '../store.ts';
import { noSuchEntity, policyArn, type IamCall, type Policy } from './call.ts';

/** A managed policy of either sort: a customer policy of the account (`local`), or one of AWS's own. */
export interface ManagedPolicy {
  local: boolean;
  arn: string;
  name: string;
  path: string;
  description?: string | undefined;
  tags: Record<string, string>;
  versions: { id: string; isDefault: boolean; document: unknown }[];
}

const AWS_ARN = /^arn:aws:iam::aws:policy(\/(?:.*\/)?)([^/]+)$/;

/** Every managed policy reads show: the account's customer policies and those of AWS's own that its roles use. */
export function managedPolicies(call: IamCall): ManagedPolicy[] {
  const used = new Set(call.visible('aws-role').flatMap((r) => [...r.attached, r.permissionsBoundary ?? '']));
  const own = [...used].map(awsPolicy).filter((p) => p !== undefined);
  return [...call.visible('aws-policy', 'list').map((p) => customerPolicy(call.store, p)), ...own];
}

/** The policy named by `PolicyArn`. AWS's own exist implicitly, whatever their name. */
export function managedPolicy(call: IamCall): ManagedPolicy {
  const arn = call.required('PolicyArn');
  const customer = call.visible('aws-policy').find((p) => policyArn(p) === arn);
  const policy = customer ? customerPolicy(call.store, customer) : awsPolicy(arn);
  if (!policy) throw noSuchEntity(`Policy ${arn}`);
  return policy;
}

/** Ids of the versions that are left, oldest first: an id is never given twice, so a deleted `v1` does not make `v2` the new `v1`. */
export function versionIds(store: EstateStore, policy: Policy): string[] {
  const known = store.slot<Record<string, string[]>>('aws-policy-versions', {});
  return (known[policyArn(policy)] ??= policy.versions.map((_, i) => `v${i + 1}`));
}

/** Position of the default version. */
export function defaultIndex(policy: Policy): number {
  return (policy.defaultVersion ?? policy.versions.length) - 1;
}

/** The policy with that version the default; said only where it is not the last, as an estate says it. */
export function withDefault({ defaultVersion: _, ...policy }: Policy, index: number): Policy {
  return index === policy.versions.length - 1 ? policy : { ...policy, defaultVersion: index + 1 };
}

function customerPolicy(store: EstateStore, policy: Policy): ManagedPolicy {
  const ids = versionIds(store, policy);
  return {
    local: true,
    arn: policyArn(policy),
    name: policy.name,
    path: policy.path,
    description: policy.description,
    tags: policy.tags,
    versions: policy.versions.map((document, i) => ({
      id: ids[i] as string,
      isDefault: i === defaultIndex(policy),
      document,
    })),
  };
}

function awsPolicy(arn: string): ManagedPolicy | undefined {
  const [, path, name] = AWS_ARN.exec(arn) ?? [];
  if (!path || !name) return undefined;
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: `sandbox:${name}`, Resource: '*' }] };
  return { local: false, arn, name, path, tags: {}, versions: [{ id: 'v1', isDefault: true, document }] };
}
