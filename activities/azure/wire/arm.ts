import type { TokenCredential } from '@azure/core-auth';
import { isRestError } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { unlessGone } from '../../answer.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { restTo } from '../../microsoft/rest.ts';

const Plan = z.object({
  properties: z.object({ extensions: z.array(z.object({ name: z.string(), isEnabled: z.string() })).nullish() }),
});
export type DefenderPlan = z.infer<typeof Plan>;

const Connector = z.object({
  id: z.string(),
  properties: z.object({
    environmentName: z.string().optional(),
    hierarchyIdentifier: z.string().optional(),
    offerings: z.array(z.record(z.string(), z.json())).nullish(),
  }),
});
export type SecurityConnector = z.infer<typeof Connector>;

const Subscription = z.object({
  subscriptionId: z.guid(),
  state: z.string(),
  tenantId: z.guid().nullish(),
  displayName: z.string().nullish(),
});
export type Subscription = z.infer<typeof Subscription>;

const Group = z.object({ name: z.string() });
const Descendant = z.object({
  type: z.string(),
  name: z.string(),
  properties: z.object({ displayName: z.string().nullish(), parent: z.object({ id: z.string() }).nullish() }).nullish(),
});
/** What lies below a management group, at any depth; `type` ends with `subscriptions` or `managementGroups`. */
export type Descendant = z.infer<typeof Descendant>;

const ResourceGroup = z.object({ id: z.string() });

const Stack = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string().nullish(),
  properties: z.object({
    denySettings: z.object({ mode: z.string() }).nullish(),
    /** What the stack manages; what it has let go stands elsewhere. */
    resources: z.array(z.object({ id: z.string().nullish() })).nullish(),
  }),
});
/** A deployment stack: what a Bicep template made, and would make again. */
export type DeploymentStack = z.infer<typeof Stack>;

const Eligibility = z.object({
  id: z.string(),
  properties: z.object({ scope: z.string(), roleDefinitionId: z.string(), principalId: z.guid() }),
});
/** A role that somebody may activate at a scope (Privileged Identity Management). */
export type Eligibility = z.infer<typeof Eligibility>;

const Granted = z.object({
  actions: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  notActions: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
});
/** Actions that one assignment gives; `*` in them stands for anything. */
export type GrantedActions = z.infer<typeof Granted>;

/** What ARM says where the provider Microsoft.Security was never registered, or a plan does not exist in that cloud: nothing is set up. */
const NOT_SET_UP = new Set(['Subscription Not Registered', 'MissingSubscriptionRegistration', 'ResourceNotFound', 'PricingNotFound']);
const isNotSetUp = (error: unknown) => isRestError(error) && NOT_SET_UP.has(error.code ?? '');

export type ArmApi = ReturnType<typeof connectArm>;

/** What is used of ARM beside role assignments: the tree of scopes, Defender for Cloud's plans, and deployment stacks. Errors are RestError. */
export function connectArm(endpoint: Endpoint, credential: TokenCredential) {
  const arm = restTo(endpoint, credential);
  const groups = '/providers/Microsoft.Management/managementGroups';
  const security = (subscription: string) => `/subscriptions/${encodeURIComponent(subscription)}/providers/Microsoft.Security`;
  return {
    listSubscriptions: () => arm.list('/subscriptions?api-version=2022-12-01', Subscription),
    /** Ids of the management groups the worker may see. */
    listManagementGroups: async () => (await arm.list(`${groups}?api-version=2020-05-01`, Group)).map((g) => g.name),
    listDescendants: (managementGroup: string) =>
      arm.list(`${groups}/${encodeURIComponent(managementGroup)}/descendants?api-version=2020-05-01`, Descendant),
    /** The plan CloudPosture; undefined where Defender is not set up. */
    getDefenderPlan: (subscription: string) =>
      unlessGone(isNotSetUp, () => arm.send('GET', `${security(subscription)}/pricings/CloudPosture?api-version=2024-01-01`, Plan)),
    /** None where Defender is not set up. */
    listSecurityConnectors: async (subscription: string) => {
      const path = `${security(subscription)}/securityConnectors?api-version=2023-10-01-preview`;
      return (await unlessGone(isNotSetUp, () => arm.list(path, Connector))) ?? [];
    },
    /** Ids of a subscription's resource groups. */
    listResourceGroups: async (subscription: string) => {
      const path = `/subscriptions/${encodeURIComponent(subscription)}/resourcegroups?api-version=2021-04-01`;
      return (await arm.list(path, ResourceGroup)).map((g) => g.id);
    },
    /** Those deployed at a management group, subscription or resource group, and at no scope below it. */
    listDeploymentStacks: (scope: string) =>
      arm.list(`${scope}/providers/Microsoft.Resources/deploymentStacks?api-version=2024-03-01`, Stack),
    /** What the worker itself may do at a scope, by each of its assignments. */
    listOwnPermissions: (scope: string) =>
      arm.list(`${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`, Granted),
    /** What a principal may activate at, above and below a scope, also through groups. 400 without the licence for it. */
    listEligibleFor: (scope: string, principalId: string) => {
      const filter = encodeURIComponent(`assignedTo('${principalId}')`);
      const at = scope === '/' ? '' : scope;
      const instances = `${at}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances`;
      return arm.list(`${instances}?api-version=2020-10-01&$filter=${filter}`, Eligibility);
    },
  };
}
