import { describeDiff } from '../../../../model/diff.ts';
import type { Effects } from '../../../kind.ts';
import { grantsOf } from '../../footprint/grants.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { RefusedError } from '../../../answer.ts';
import type { CustomRole } from '../../snapshot.ts';
import { PURGED } from './footprint.ts';

/** Deleted softly; undeleted within 7 days, and made again of its permissions once its id is free again. */
export const effects: Effects<GcpApi> = {
  async read(api, item) {
    const role = await api.getRole((item.snapshot as CustomRole).name);
    if (!role || role.deleted) return undefined;
    const { deleted: _, ...definition } = role;
    return definition;
  },
  async remove(api, [item]) {
    const { name } = item.snapshot as CustomRole;
    const organization = name.slice(0, name.indexOf('/roles/'));
    const holders = grantsOf(organization, (await api.getPolicy(organization)) ?? {}).filter((g) => g.role === name);
    if (holders.length > 0) throw new RefusedError('StillInUse', `${name} is still held by ${holders.map((g) => g.member).join(', ')}`);
    await api.deleteRole(name);
  },
  async restore(api, [item]) {
    const planned = item.snapshot as CustomRole;
    const { deleted, ...role } = (await api.getRole(planned.name)) ?? { deleted: undefined };
    if (deleted === undefined && item.recreated === 'itself') return await api.createRole(planned);
    if (deleted === undefined)
      throw new RefusedError('NotRestorable', `Google no longer keeps ${planned.name}: ${PURGED}: plan another restore then`);
    const diff = describeDiff(planned, role);
    if (diff !== '') throw new RefusedError('NameTaken', `${planned.name} is another one by now (${diff})`);
    if (deleted) await api.undeleteRole(planned.name);
  },
};
