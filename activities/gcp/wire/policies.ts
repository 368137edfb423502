import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { unlessGone } from '../../gone.ts';
import type { Policy } from '../snapshot.ts';
import { isGone } from './classify.ts';
import type { Endpoint } from './wire.ts';

export interface PolicyApi {
  /** Of an organisation, folder, project or service account; in version 3, so that conditions are shown. Undefined where the resource is not there. */
  getPolicy(resource: string): Promise<Policy | undefined>;
  /** False where the resource is not there. Refused with 409 when the policy's etag is no longer current. */
  setPolicy(resource: string, policy: Policy): Promise<boolean>;
}

/** The two policy calls: four types of resource, each with its own method in Google's APIs. */
export function policyApi(
  iam: iam_v1.Iam,
  iamAt: Endpoint,
  manager: cloudresourcemanager_v3.Cloudresourcemanager,
  managerAt: Endpoint,
): PolicyApi {
  const level = (resource: string) => {
    if (resource.startsWith('organizations/')) return manager.organizations;
    return resource.startsWith('folders/') ? manager.folders : manager.projects;
  };
  const isAccount = (resource: string) => resource.includes('/serviceAccounts/');
  return {
    getPolicy: (resource) =>
      unlessGone(isGone, async () => {
        const { data } = isAccount(resource)
          ? await iam.projects.serviceAccounts.getIamPolicy({ resource, 'options.requestedPolicyVersion': 3 }, iamAt)
          : await level(resource).getIamPolicy({ resource, requestBody: { options: { requestedPolicyVersion: 3 } } }, managerAt);
        return data as Policy;
      }),
    async setPolicy(resource, policy) {
      const written = await unlessGone(isGone, () =>
        isAccount(resource)
          ? iam.projects.serviceAccounts.setIamPolicy({ resource, requestBody: { policy } }, iamAt)
          : level(resource).setIamPolicy({ resource, requestBody: { policy } }, managerAt),
      );
      return written !== undefined;
    },
  };
}
