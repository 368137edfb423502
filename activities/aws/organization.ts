import { paginateListAccounts, type OrganizationsClient } from '@aws-sdk/client-organizations';
import type { AwsOrganizationApi } from './api.ts';
import { need } from './snapshot.ts';

/** Where AWS Organizations is called, from a session in the management account. */
export function organizationApi(client: OrganizationsClient): AwsOrganizationApi {
  return {
    async accounts() {
      const pages = await Array.fromAsync(paginateListAccounts({ client }, {}));
      return pages
        .flatMap((p) => p.Accounts ?? [])
        .map(({ Id, State, Name }) => ({ id: need(Id, 'Id'), state: State ?? 'ACTIVE', ...(Name ? { name: Name } : {}) }));
    },
  };
}
