import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { unlessGone } from '../../gone.ts';
import { account } from './answers.ts';
import { isGone } from './classify.ts';
import type { ServiceAccount } from '../snapshot.ts';
import { PAGE, pages, type Endpoint } from './wire.ts';

/**
 * Service accounts. What is not there is undefined when read, and done when disabled or deleted. Named `projects/<id>/serviceAccounts/<mail address or unique id>`; `-` stands for any
 * project.
 */
export interface AccountApi {
  listServiceAccounts(projectId: string): Promise<ServiceAccount[]>;
  getServiceAccount(name: string): Promise<ServiceAccount | undefined>;
  disableServiceAccount(name: string): Promise<void>;
  enableServiceAccount(name: string): Promise<void>;
  deleteServiceAccount(name: string): Promise<void>;
  /** Of everything but its unique id, which Google chooses. Enabled. */
  createServiceAccount(account: Omit<ServiceAccount, 'uniqueId'>): Promise<void>;
  /** By unique id only, within 30 days of the deletion; false where no deleted account has it. */
  undeleteServiceAccount(name: string): Promise<boolean>;
}

export function accountApi(iam: iam_v1.Iam, iamAt: Endpoint): AccountApi {
  const accounts = iam.projects.serviceAccounts;
  return {
    async listServiceAccounts(projectId) {
      const raw = await pages(async (pageToken) => {
        const { data } = await accounts.list({ name: `projects/${projectId}`, pageSize: PAGE, ...pageToken }, iamAt);
        return { items: data.accounts, next: data.nextPageToken };
      });
      return raw.map((a) => account(a));
    },
    getServiceAccount: (name) => unlessGone(isGone, async () => account((await accounts.get({ name }, iamAt)).data)),
    async disableServiceAccount(name) {
      await unlessGone(isGone, () => accounts.disable({ name }, iamAt));
    },
    async enableServiceAccount(name) {
      await accounts.enable({ name }, iamAt);
    },
    async deleteServiceAccount(name) {
      await unlessGone(isGone, () => accounts.delete({ name }, iamAt));
    },
    async createServiceAccount({ name, email, displayName, description }) {
      const [project = ''] = name.split('/serviceAccounts/');
      const accountId = email.split('@')[0] ?? '';
      await accounts.create({ name: project, requestBody: { accountId, serviceAccount: { displayName, description } } }, iamAt);
    },
    async undeleteServiceAccount(name) {
      return (await unlessGone(isGone, () => accounts.undelete({ name }, iamAt))) !== undefined;
    },
  };
}
