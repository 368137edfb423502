import type { Anchors } from '../../../model/finding.ts';

/** Members of IAM bindings, as Google writes them. */

const DELETED_MEMBER = /^deleted:(serviceAccount:[^?]+)\?uid=(\d+)$/;
const POOL_MEMBER = /^principal(?:Set)?:\/\/iam\.googleapis\.com\/projects\/(\d+)\/locations\/global\/workloadIdentityPools\/([^/]+)\//;

/** A member as IAM writes it while its account lives: undeleting the account gives the member this form again. */
export function liveMember(member: string): string {
  return member.replace(DELETED_MEMBER, '$1');
}

/** The unique id of the deleted account that a member names; undefined for any other member. */
export function deletedId(member: string): string | undefined {
  return DELETED_MEMBER.exec(member)?.[2];
}

/** Which account of ours a member is; IAM writes a deleted account's members as `deleted:…?uid=`. */
export function accountHeldBy(member: string, anchors: Anchors): Anchors['gcpServiceAccounts'][number] | undefined {
  return anchors.gcpServiceAccounts.find(
    (a) => member === `serviceAccount:${a.email}` || member === `deleted:serviceAccount:${a.email}?uid=${a.uniqueId}`,
  );
}

/** Whether a member stands for identities of some workload identity pool. */
export function isPoolMember(member: string): boolean {
  return POOL_MEMBER.test(member);
}

/** Id of the pool of a project, by its number, whose identities a member stands for. */
export function poolOf(member: string, projectNumber: string): string | undefined {
  const parts = POOL_MEMBER.exec(member);
  return parts?.[1] === projectNumber ? parts[2] : undefined;
}
