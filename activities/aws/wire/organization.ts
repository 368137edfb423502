import {
  AWSOrganizationsNotInUseException,
  DescribeOrganizationCommand,
  paginateListAccounts,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { AwsHome, AwsOrganizationApi } from './api.ts';
import { need } from '../snapshot.ts';

/** Whose the worker's account is: any account of an organisation may ask this, a denial throws. */
export async function homeOf(client: OrganizationsClient, account: string): Promise<AwsHome> {
  try {
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    return { account, managementAccount: need(need(Organization, 'Organization').MasterAccountId, 'MasterAccountId') };
  } catch (error) {
    if (error instanceof AWSOrganizationsNotInUseException) return { account };
    throw error;
  }
}

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
