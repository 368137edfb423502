import type { Effects } from '../../../kind.ts';
import type { Survey } from '../../kind.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { RefusedError } from '../../../answer.ts';
import { isUnseen, type SecretState, type UnseenSecret } from './definition.ts';
import { readSecret } from './read.ts';
import { survey } from './survey.ts';

/** Deleted with a recovery window, and brought back out of it. The value is never read. */
export const effects: Effects<AwsAccountApi> & { survey: Survey } = {
  survey,

  async read(api, item) {
    return (await readSecret(api, (item.snapshot as SecretState).Arn))?.secret;
  },

  async remove(api, [item]) {
    const planned = item.snapshot as SecretState | UnseenSecret;
    if (isUnseen(planned)) throw new RefusedError('SecretUnseen', `${planned.Arn} was never looked at; amend the plan`);
    await api.deleteSecret(planned.Arn);
  },

  async restore(api, [item]) {
    const { Arn } = item.snapshot as SecretState;
    if ((await api.secret(Arn)) !== undefined || (await api.restoreSecret(Arn))) return;
    throw new RefusedError('NotRestorable', `Secrets Manager keeps nothing of ${Arn} any more`);
  },
};
