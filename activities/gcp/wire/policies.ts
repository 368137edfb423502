import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import type { Policy } from '../snapshot.ts';
import type { Endpoint } from './wire.ts';

export interface PolicyApi {
  /** Of an organisation, folder, project or service account; in version 3, so that conditions are shown. */
  getPolicy(resource: string): Promise<Policy>;
  /** Refused with 409 when the policy's etag is no longer current. */
  setPolicy(resource: string, policy: Policy): Promise<void>;
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
    async getPolicy(resource) {
      if (isAccount(resource)) {
        return (await iam.projects.serviceAccounts.getIamPolicy({ resource, 'options.requestedPolicyVersion': 3 }, iamAt)).data as Policy;
      }
      return (await level(resource).getIamPolicy({ resource, requestBody: { options: { requestedPolicyVersion: 3 } } }, managerAt))
        .data as Policy;
    },
    async setPolicy(resource, policy) {
      if (isAccount(resource)) await iam.projects.serviceAccounts.setIamPolicy({ resource, requestBody: { policy } }, iamAt);
      else await level(resource).setIamPolicy({ resource, requestBody: { policy } }, managerAt);
    },
  };
}
