import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../../../model/finding.ts';
import { field, list } from '../../footprint/trust.ts';

const SID = 'MepmOffboardQuarantine';

/**
 * Pure: the trust policy of a role in quarantine. A deny wins over every allow. The statements stay, so that their principals keep their
 * names and the original is there to see.
 */
export function deniedTrust(document: Json): Json {
  const version = field(document, 'Version') ?? '2012-10-17';
  const deny = {
    Sid: SID,
    Effect: 'Deny',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
  };
  return { Version: version, Statement: [...list(field(document, 'Statement')), deny] };
}

/** Pure: whether a trust policy is the quarantine of another. */
export function isDenied(document: Json, original: Json): boolean {
  return isDeepStrictEqual(document, deniedTrust(original));
}
