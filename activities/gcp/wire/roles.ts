import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { z } from 'zod';
import { doneOrGone, unlessGone } from '../../answer.ts';
import type { CustomRole } from '../snapshot.ts';
import { isGone } from './classify.ts';
import { flag, PAGE, pages, shaped, text, texts, type Endpoint } from './wire.ts';

const Role = z.object({
  name: z.string().min(1),
  title: text,
  description: text,
  stage: text,
  includedPermissions: texts,
  deleted: flag,
});

/** Custom roles of organisations, named `organizations/<n>/roles/<id>`. */
export function roleApi(iam: iam_v1.Iam, iamAt: Endpoint) {
  const { roles } = iam.organizations;
  return {
    /** Ids and titles of those that are not deleted. */
    async listRoles(parent: string): Promise<Pick<CustomRole, 'name' | 'title'>[]> {
      const raw = await pages('roles', Role, (token) => roles.list({ parent, pageSize: PAGE, ...token }, iamAt));
      return raw.map(({ name, title }) => ({ name, title }));
    },
    /** Also for some days after its deletion, with `deleted` set; undefined where it is not there. */
    async getRole(name: string): Promise<(CustomRole & { deleted: boolean }) | undefined> {
      const answer = await unlessGone(isGone, () => roles.get({ name }, iamAt));
      if (answer === undefined) return undefined;
      const role = shaped('a role', Role, answer.data);
      return { ...role, includedPermissions: role.includedPermissions.toSorted() };
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
