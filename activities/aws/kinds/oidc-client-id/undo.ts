import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import type { Undo } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { isOurs, type ClientIdState } from './state.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import type { ProviderState } from '../../snapshot.ts';
import { lostTags, ownTags } from '../restoring.ts';

/** A client id comes back into the provider that stayed; a provider that went with it is made anew, under the same ARN. */
export const clientIdUndo: Undo<AwsAccountApi> = {
  losses(item, taker) {
    const { Mode, Tags } = item.snapshot as ClientIdState;
    return Mode === 'provider' ? ['a new creation date of the provider', ...lostTags(Tags, taker)] : [];
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
      throw new AwsRefusal(
        'blocked',
        'PartMissing',
        `${ProviderArn} was left in place for others and is gone now; have its owner make it again, then restore`,
      );
    }
  },

  comparable(snapshot) {
    const { TrustedBy: _, ...state } = snapshot as ClientIdState;
    return { ...state, Tags: ownTags(state.Tags) };
  },
};

/** A provider of ours went whole. One that somebody made since, for others or with other thumbprints, is theirs. */
function refuseStranger(now: ProviderState, planned: ClientIdState): void {
  const facts = (p: Pick<ProviderState, 'Thumbprints' | 'Tags'>, others: string[]) => ({
    ClientIds: others,
    Thumbprints: p.Thumbprints,
    Tags: ownTags(p.Tags),
  });
  const before = facts(planned, planned.OtherClientIds);
  const after = facts(
    now,
    now.ClientIds.filter((c) => !isOurs(c)),
  );
  if (canonical(before) === canonical(after)) return;
  throw new AwsRefusal(
    'blocked',
    'NameTaken',
    `somebody made ${planned.ProviderArn} anew (${describeDiff(before, after)}); it stays as it is`,
  );
}
