import type { Facts } from '../../model/finding.ts';
import type { Known, Told } from '../cloud.ts';
import { isUniqueId, namesOfRole } from './footprint/ids.ts';
import { doubtedTrust, oidcRoles } from './footprint/our-roles.ts';
import { trustStatements } from './footprint/trust.ts';
import type { AwsSnapshot } from './snapshot.ts';

/**
 * Pure: what an account tells the judging of others: its OIDC roles, by ARN and unique id, and the roles that the worker is in. A role that lets
 * others in, too, may be theirs: who trusts it is ours no more surely than it.
 */
export function awsFacts(snapshot: AwsSnapshot, tenantId: string, issuer: string, _earlier?: Facts, known: Known = {}): Told {
  const trusted = snapshot.roles.flatMap((r) =>
    trustStatements(r.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value)),
  );
  const byId = [...new Set(trusted.filter(isUniqueId))].toSorted();
  const { ours, perhaps } = oidcRoles(snapshot, { ...known, tenantId, issuer });
  return {
    awsOidcRoles: [...ours, ...perhaps].flatMap((o) => {
      const doubt = doubtedTrust(o);
      const unless = o.others.every(isUniqueId) ? { unlessDeleted: o.others } : {};
      return namesOfRole(o.role).map((mark) => ({
        mark,
        ...(doubt === undefined ? {} : { doubt, ...unless }),
        ...(o.nameOnly ? { nameOnly: true } : {}),
      }));
    }),
    ...(byId.length > 0 ? { awsById: byId.map((id) => ({ id, state: 'unknown' })) } : {}),
    awsIds: [...snapshot.roles.map((r) => r.RoleId), ...snapshot.userIds],
    ourselves: snapshot.ourselves,
  };
}
