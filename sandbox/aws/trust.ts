import type { EstateStore } from '../store.ts';
import { roleArn, type IamCall, type Role } from './call.ts';
import { generationOf, roleId } from './ids.ts';
import { AwsError } from './wire.ts';

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\//;

/** For each role whose trust was written since the estate began: which life of each role it names was meant. */
type Meant = Record<string, Record<string, number>>;

/**
 * The trust policy as AWS shows it. AWS keeps principals by unique id: a role that was deleted is shown by its id instead of its ARN, in
 * every account, and another role made under the same name later is not trusted.
 */
export function shownTrust(store: EstateStore, role: Role): unknown {
  const meant = store.slot<Meant>('aws-trust', {})[roleArn(role)] ?? {};
  return eachPrincipal(role.trust, (principal) => {
    if (!store.at(`aws-role:${principal}`)) return principal;
    const generation = meant[principal] ?? 0;
    return isLive(store, principal) && generationOf(store, principal) === generation ? principal : roleId(store, principal, generation);
  });
}

/** Takes a trust policy as CreateRole and UpdateAssumeRolePolicy do: every role of the estate's accounts that it names must be there. */
export function writeTrust(call: IamCall, arn: string, trust: Role['trust']): void {
  const { store } = call;
  const meant: Record<string, number> = {};
  eachPrincipal(trust, (principal) => {
    const account = ROLE_ARN.exec(principal)?.[1];
    const isUnknown = account !== undefined && store.live(`aws-account:${account}`) && !isLive(store, principal) && principal !== arn;
    if (isUnknown || /^A[A-Z]{2}A[A-Z0-9]+$/.test(principal))
      throw new AwsError(400, 'MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${principal}"`);
    if (isLive(store, principal)) meant[principal] = generationOf(store, principal);
    return principal;
  });
  store.slot<Meant>('aws-trust', {})[arn] = meant;
}

function isLive(store: EstateStore, role: string): boolean {
  return store.live(`aws-role:${role}`) !== undefined;
}

function eachPrincipal(trust: Role['trust'], shown: (principal: string) => string): unknown {
  const one = (value: unknown) => (typeof value === 'string' ? shown(value) : value);
  return JSON.parse(JSON.stringify(trust), (key, value: unknown) => {
    if (key !== 'AWS') return value;
    return Array.isArray(value) ? value.map(one) : one(value);
  });
}
