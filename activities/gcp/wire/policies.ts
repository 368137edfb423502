import type { cloudasset_v1 } from 'googleapis/build/src/apis/cloudasset/v1.js';
import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { z } from 'zod';
import { unlessGone, RefusedError } from '../../answer.ts';
import type { Policy } from '../snapshot.ts';
import type { UnlessAbsent } from './absence.ts';
import { isGone } from './classify.ts';
import { pages, shaped, texts, type Endpoint } from './wire.ts';

/** What is not named here travels along when it is written back. */
const PolicyShape = z.looseObject({
  version: z.int().nullish(),
  etag: z.string().nullish(),
  bindings: z
    .array(
      z.looseObject({
        role: z.string().min(1),
        members: z.array(z.string()),
        condition: z.looseObject({ title: z.string().nullish(), expression: z.string(), description: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});
const Permissions = z.object({ permissions: texts });
const Found = z.object({ resource: z.string().min(1), policy: PolicyShape.nullish() });

const policyIn = (resource: string, data: unknown): Policy => shaped(`the policy of ${resource}`, PolicyShape, data) as Policy;

/** The two policy calls: four types of resource, each with its own method in Google's APIs. */
export function policyApi(
  iam: iam_v1.Iam,
  iamAt: Endpoint,
  manager: cloudresourcemanager_v3.Cloudresourcemanager,
  managerAt: Endpoint,
  unlessNone: UnlessAbsent,
) {
  const level = (resource: string) => {
    if (resource.startsWith('organizations/')) return manager.organizations;
    return resource.startsWith('folders/') ? manager.folders : manager.projects;
  };
  const isAccount = (resource: string) => resource.includes('/serviceAccounts/');
  const unlessNotThere: UnlessAbsent = (resource, ask) => (isAccount(resource) ? unlessNone(resource, ask) : unlessGone(isGone, ask));
  return {
    /** Of an organisation, folder, project or service account; in version 3, so that conditions are shown. Undefined where the resource is not there. */
    getPolicy: (resource: string): Promise<Policy | undefined> =>
      unlessNotThere(resource, async () => {
        const { data } = isAccount(resource)
          ? await iam.projects.serviceAccounts.getIamPolicy({ resource, 'options.requestedPolicyVersion': 3 }, iamAt)
          : await level(resource).getIamPolicy({ resource, requestBody: { options: { requestedPolicyVersion: 3 } } }, managerAt);
        return policyIn(resource, data);
      }),
    /** Which of these permissions the worker has on an organisation, folder or project. */
    async testPermissions(resource: string, permissions: string[]): Promise<string[]> {
      const { data } = await level(resource).testIamPermissions({ resource, requestBody: { permissions } }, managerAt);
      return shaped('permissions', Permissions, data).permissions;
    },
    /** False where the resource is not there. Refused with 409 when the policy's etag is no longer current. */
    async setPolicy(resource: string, policy: Policy): Promise<boolean> {
      const answer = await unlessNotThere(resource, () =>
        isAccount(resource)
          ? iam.projects.serviceAccounts.setIamPolicy({ resource, requestBody: { policy } }, iamAt)
          : level(resource).setIamPolicy({ resource, requestBody: { policy } }, managerAt),
      );
      return answer !== undefined;
    },
  };
}

/** The policy of a resource that must be there. Throws RefusedError 'NotFound' where it is not: a system that is not found is not an empty one. */
export async function demandPolicy({ getPolicy }: Pick<ReturnType<typeof policyApi>, 'getPolicy'>, resource: string): Promise<Policy> {
  const policy = await getPolicy(resource);
  if (policy === undefined) throw new RefusedError('NotFound', `${resource} was not found`);
  return policy;
}

/** Cloud Asset Inventory gives at most this many a page. */
const ASSET_PAGE = 500;

/** Many policies at once. */
export function assetApi(assets: cloudasset_v1.Cloudasset, at: Endpoint) {
  return {
    /**
     * Every policy of these types of asset below an organisation, by full resource names such as
     * `//cloudresourcemanager.googleapis.com/folders/12`: each whole, but minutes old perhaps.
     */
    async searchPolicies(scope: string, assetTypes: string[]): Promise<{ resource: string; policy: Policy }[]> {
      const raw = await pages('results', Found, (token) =>
        assets.v1.searchAllIamPolicies({ scope, assetTypes, pageSize: ASSET_PAGE, ...token }, at),
      );
      return raw.map(({ resource, policy }) => ({ resource, policy: (policy ?? {}) as Policy }));
    },
  };
}
