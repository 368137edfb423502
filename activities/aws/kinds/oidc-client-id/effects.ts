import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import type { Effects } from '../../../kind.ts';
import { ownTags } from '../../footprint/tags.ts';
import { policyDocument, type ProviderState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { RefusedError } from '../../../answer.ts';
import { clientIdState, needsClientId, othersThan, type ClientIdState } from './definition.ts';

export const effects: Effects<AwsAccountApi> = {
  async read(api, item) {
    const plan = item.snapshot as ClientIdState;
    const provider = await api.provider(plan.ProviderArn);
    return provider?.ClientIds.includes(plan.ClientId) ? clientIdState(provider, plan.ClientId, plan) : undefined;
  },

  async remove(api, [item]) {
    const planned = item.snapshot as ClientIdState;
    const { ProviderArn, ClientId, Mode } = planned;
    await refuseWhileTrusted(api, planned, item.override === undefined ? {} : planned.TrustedBy);
    const provider = await api.provider(ProviderArn);
    if (!provider?.ClientIds.includes(ClientId)) return;
    const isLast = provider.ClientIds.every((c) => c === ClientId);
    if (Mode === 'provider' && isLast) await api.deleteProvider(ProviderArn);
    else await api.removeClientId(ProviderArn, ClientId);
  },

  async restore(api, [item]) {
    const { ProviderArn, Url, ClientId, Mode, Thumbprints, Tags } = item.snapshot as ClientIdState;
    const now = await api.provider(ProviderArn);
    if (now) {
      if (Mode === 'provider') refuseStranger(now, item.snapshot as ClientIdState);
      if (!now.ClientIds.includes(ClientId)) await api.addClientId(ProviderArn, ClientId);
    } else if (Mode === 'provider') {
      await api.createProvider({ Url, ClientIds: [ClientId], Thumbprints, Tags });
    } else {
      throw new RefusedError(
        'PartMissing',
        `${ProviderArn} was left in place for others and is gone now; have its owner make it again, then restore`,
      );
    }
  },
};

/**
 * Only when no role that stays trusts that audience. Roles just deleted still show for a moment. `excused` are
 * those the approved plan names and an override lets be locked out; a newcomer is never among them, whatever its name.
 */
async function refuseWhileTrusted(api: AwsAccountApi, plan: ClientIdState, excused: ClientIdState['TrustedBy']): Promise<void> {
  const staying: string[] = [];
  for (const { RoleName, RoleId, AssumeRolePolicyDocument } of await api.roles()) {
    if (!RoleName || !RoleId || !AssumeRolePolicyDocument || excused[RoleName] === RoleId) continue;
    if (!needsClientId(policyDocument(AssumeRolePolicyDocument), plan)) continue;
    if (await api.role(RoleName)) staying.push(RoleName);
  }
  if (staying.length > 0)
    throw new RefusedError(
      'StillInUse',
      `${plan.ProviderArn} is still trusted by ${staying.join(', ')}; change their trust or waive ${plan.ClientId}`,
    );
}

/** A provider of ours went whole. One that somebody made since, for others or with other thumbprints, is theirs. */
function refuseStranger(now: ProviderState, planned: ClientIdState): void {
  const shape = (p: Pick<ProviderState, 'Thumbprints' | 'Tags'>, others: string[]) => ({
    ClientIds: others,
    Thumbprints: p.Thumbprints,
    Tags: ownTags(p.Tags),
  });
  const before = shape(planned, planned.OtherClientIds);
  const after = shape(now, othersThan(planned.ClientId, now));
  if (canonical(before) === canonical(after)) return;
  throw new RefusedError('NameTaken', `somebody made ${planned.ProviderArn} again (${describeDiff(before, after)}); it stays as it is`);
}
