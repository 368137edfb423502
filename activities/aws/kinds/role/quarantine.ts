import { isDeepStrictEqual } from 'node:util';
import type { QuarantineCalls } from '../../../kind.ts';
import { useInWords } from '../../footprint/ids.ts';
import { deadPrincipals } from '../../footprint/trust.ts';
import type { RoleState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { RefusedError } from '../../../answer.ts';
import { deniedTrust, isDenied } from './denied-trust.ts';
import { readRole } from './read.ts';

/** Nobody gets in, while the role, its policies and its RoleId stay: whoever is trusted is denied in the same trust policy. */
export const quarantine: QuarantineCalls<AwsAccountApi> = {
  async put(api, item) {
    const planned = item.snapshot as RoleState;
    const now = await same(api, planned);
    const denied = deniedTrust(planned.AssumeRolePolicyDocument);
    if (now === undefined || isDeepStrictEqual(now.AssumeRolePolicyDocument, denied)) return;
    if (!isDeepStrictEqual(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      throw new RefusedError('Replaced', `the trust of ${planned.RoleName} was changed meanwhile; make an amended plan`);
    const dead = deadPrincipals(planned.AssumeRolePolicyDocument);
    if (dead.length > 0)
      throw new RefusedError('PartMissing', `${planned.RoleName} trusts ${dead.join(', ')}, which is gone: IAM takes no such trust again`);
    await api.updateTrust(planned.RoleName, denied);
  },

  async lift(api, item) {
    const planned = item.snapshot as RoleState;
    const now = await same(api, planned);
    if (now === undefined)
      throw new RefusedError('PartMissing', `${planned.RoleName} is gone; restore it instead of lifting its quarantine`);
    if (isDenied(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      await api.updateTrust(planned.RoleName, planned.AssumeRolePolicyDocument);
    else if (!isDeepStrictEqual(now.AssumeRolePolicyDocument, planned.AssumeRolePolicyDocument))
      throw new RefusedError('Replaced', `the trust of ${planned.RoleName} was changed meanwhile; mend it by hand`);
  },

  /** IAM says when a role was last used to the day or so, with up to some hours' delay; a session begun before may go on. */
  async usedSince(api, item, since) {
    const used = (await api.role((item.snapshot as RoleState).RoleName))?.RoleLastUsed;
    // IAM tells whole seconds: what happened within the same one counts as a use.
    if (!used?.LastUsedDate || used.LastUsedDate.getTime() < Math.floor(since.getTime() / 1000) * 1000) return undefined;
    return useInWords(used.LastUsedDate, used.Region);
  },
};

async function same(api: AwsAccountApi, planned: RoleState): Promise<RoleState | undefined> {
  const now = await readRole(api, planned.RoleName);
  if (now && now.RoleId !== planned.RoleId)
    throw new RefusedError('Replaced', `another role, ${now.RoleId}, now has the name ${planned.RoleName}`);
  return now;
}
