import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../../../model/finding.ts';
import type { Quarantine } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { readRole } from './state.ts';
import type { RoleState } from '../../snapshot.ts';
import { field, list } from '../../footprint/trust.ts';
import { deadPrincipals } from '../restoring.ts';

const SID = 'MepmOffboardQuarantine';

/** Nobody gets in, while the role, its policies and its RoleId stay: whoever is trusted is denied in the same trust policy. */
export const roleQuarantine: Quarantine<AwsAccountApi> = {
  async put(api, item) {
    const planned = item.snapshot as RoleState;
    const now = await same(api, planned);
    const denied = denyAll(planned.AssumeRolePolicyDocument);
    if (now === undefined || isDeepStrictEqual(now.AssumeRolePolicyDocument, denied)) return;
    if (!isDeepStrictEqual(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      throw new AwsRefusal('blocked', 'Replaced', `the trust of ${planned.RoleName} was changed meanwhile; make an amended plan`);
    const dead = deadPrincipals(planned.AssumeRolePolicyDocument);
    if (dead.length > 0)
      throw new AwsRefusal(
        'blocked',
        'PartMissing',
        `${planned.RoleName} trusts ${dead.join(', ')}, which is gone: IAM takes no such trust again`,
      );
    await api.updateTrust(planned.RoleName, denied);
  },

  async lift(api, item) {
    const planned = item.snapshot as RoleState;
    const now = await same(api, planned);
    if (now === undefined)
      throw new AwsRefusal('blocked', 'PartMissing', `${planned.RoleName} is gone; restore it instead of lifting its quarantine`);
    if (isDenied(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      await api.updateTrust(planned.RoleName, planned.AssumeRolePolicyDocument);
    else if (!isDeepStrictEqual(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      throw new AwsRefusal('blocked', 'Replaced', `the trust of ${planned.RoleName} was changed meanwhile; mend it by hand`);
  },

  quarantined(snapshot) {
    const role = snapshot as RoleState;
    return { ...role, AssumeRolePolicyDocument: denyAll(role.AssumeRolePolicyDocument) };
  },

  /** IAM says when a role was last used to the day or so, with up to some hours' delay; a session begun before may go on. */
  async usedSince(api, item, since) {
    const used = (await api.role((item.snapshot as RoleState).RoleName))?.RoleLastUsed;
    // IAM tells whole seconds: what happened within the same one counts as a use.
    if (!used?.LastUsedDate || used.LastUsedDate.getTime() < Math.floor(since.getTime() / 1000) * 1000) return undefined;
    return `last used ${used.LastUsedDate.toISOString()}${used.Region ? ` in ${used.Region}` : ''}`;
  },
};

/** Pure: whether a trust policy is the quarantine of another. */
export function isDenied(document: Json, original: Json): boolean {
  return isDeepStrictEqual(document, denyAll(original));
}

/** A deny wins over every allow. The statements stay, so that their principals keep their names and the original is there to see. */
function denyAll(document: Json): Json {
  const version = field(document, 'Version') ?? '2012-10-17';
  const deny = {
    Sid: SID,
    Effect: 'Deny',
    Principal: '*',
    Action: ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
  };
  return { Version: version, Statement: [...list(field(document, 'Statement')), deny] };
}

async function same(api: AwsAccountApi, planned: RoleState): Promise<RoleState | undefined> {
  const now = await readRole(api, planned.RoleName);
  if (now && now.RoleId !== planned.RoleId)
    throw new AwsRefusal('blocked', 'Replaced', `another role, ${now.RoleId}, now has the name ${planned.RoleName}`);
  return now;
}
