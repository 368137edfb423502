import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { unlessGone } from '../../gone.ts';
import type { CustomRole } from '../snapshot.ts';
import { isGone } from './classify.ts';
import { PAGE, pages, type Endpoint } from './wire.ts';

/** Custom roles of organisations, named `organizations/<n>/roles/<id>`. */
export interface RoleApi {
  /** Ids and titles of those that are not deleted. */
  listRoles(organization: string): Promise<{ name: string; title: string }[]>;
  /** Also for some days after its deletion, with `deleted` set; undefined where it is not there. */
  getRole(name: string): Promise<(CustomRole & { deleted: boolean }) | undefined>;
  /** Soft: it can be undeleted for 7 days. Done where it is not there. */
  deleteRole(name: string): Promise<void>;
  undeleteRole(name: string): Promise<void>;
  createRole(role: CustomRole): Promise<void>;
}

export function roleApi(iam: iam_v1.Iam, iamAt: Endpoint): RoleApi {
  const { roles } = iam.organizations;
  return {
    async listRoles(parent) {
      const raw = await pages(async (pageToken) => {
        const { data } = await roles.list({ parent, pageSize: PAGE, ...pageToken }, iamAt);
        return { items: data.roles, next: data.nextPageToken };
      });
      return raw.map((r) => ({ name: r.name ?? '', title: r.title ?? '' }));
    },
    async getRole(name) {
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
    async deleteRole(name) {
      await unlessGone(isGone, () => roles.delete({ name }, iamAt));
    },
    async undeleteRole(name) {
      await roles.undelete({ name, requestBody: {} }, iamAt);
    },
    async createRole({ name, ...role }) {
      const [parent = '', roleId = ''] = name.split('/roles/');
      await roles.create({ parent, requestBody: { roleId, role } }, iamAt);
    },
  };
}
