import type { Facts } from '../../model/finding.ts';
import { namesOfRole } from './footprint/ids.ts';
import { oidcRoles } from './footprint/our-roles.ts';
import type { AwsSnapshot } from './snapshot.ts';

/** Pure: what an account tells the judging of others: its OIDC roles, by ARN and unique id, and the roles that the worker is in. */
export function awsFacts(snapshot: AwsSnapshot, _tenantId: string, issuer: string): Partial<Facts> {
  return {
    awsOidcRoles: oidcRoles(snapshot, issuer).flatMap((o) => namesOfRole(o.role)),
    ourselves: snapshot.ourselves,
  };
}
