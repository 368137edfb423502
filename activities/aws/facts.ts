import type { Facts } from '../../model/finding.ts';
import { namesOfRole } from './footprint/ids.ts';
import { doubtedTrust, oidcRoles } from './footprint/our-roles.ts';
import type { AwsSnapshot } from './snapshot.ts';

/**
 * Pure: what an account tells the judging of others: its OIDC roles, by ARN and unique id, and the roles that the worker is in. A role that lets
 * others in, too, may be theirs: who trusts it is ours no more surely than it.
 */
export function awsFacts(snapshot: AwsSnapshot, _tenantId: string, issuer: string): Partial<Facts> {
  return {
    awsOidcRoles: oidcRoles(snapshot, issuer).flatMap((o) => {
      const doubt = doubtedTrust(o);
      return namesOfRole(o.role).map((mark) => ({ mark, ...(doubt === undefined ? {} : { doubt }) }));
    }),
    ourselves: snapshot.ourselves,
  };
}
