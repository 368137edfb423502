import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { doneOrGone, unlessGone } from '../../answer.ts';
import type { CustomRole } from '../snapshot.ts';
import { isGone } from './classify.ts';
import { PAGE, pages, type Endpoint } from './wire.ts';

/** Custom roles of organisations, named `organizations/<n>/roles/<id>`. */
export function roleApi(iam: iam_v1.Iam, iamAt: Endpoint) {
  const { roles } = iam.organizations;
  return {
    /** Ids and titles of those that are not deleted. */
    async listRoles(parent: string): Promise<Pick<CustomRole, 'name' | 'title'>[]> {
      const raw = await pages('roles', (token) => roles.list({ parent, pageSize: PAGE, ...token }, iamAt));
      return raw.map((r) => ({ name: r.name ?? '', title: r.title ?? '' }));
    },
    /** Also for some days after its deletion, with `deleted` set; undefined where it is not there. */
    async getRole(name: string): Promise<(CustomRole & { deleted: boolean }) | undefined> {
      const data = (await unlessGone(isGone, () => roles.get({ name }, iamAt)))?.data;
      return (
        data && {
          name: data.name ?? name,
          title: data.title ?? '',
          description: data.description ?? '',
          stage: data.stage ?? '',
          includedPermissions: (data.includedPermissions ?? []).toSorted(),
          deleted: data.deleted ?? false,
        }
      );
    },
    /** Soft: it can be undeleted for 7 days. Done where it is not there. */
    deleteRole: (name: string) => doneOrGone(isGone, () => roles.delete({ name }, iamAt)),
    async undeleteRole(name: string): Promise<void> {
      await roles.undelete({ name, requestBody: {} }, iamAt);
    },
    async createRole({ name, ...role }: CustomRole): Promise<void> {
      const [parent = '', roleId = ''] = name.split('/roles/');
      await roles.create({ parent, requestBody: { roleId, role } }, iamAt);
    },
  };
}
