import {
  AWSOrganizationsNotInUseException,
  DescribeOrganizationCommand,
  paginateListAccounts,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { everyPage } from './every-page.ts';
import { need } from '../snapshot.ts';

/** Where the worker's own credentials belong. */
export interface AwsHome {
  account: string;
  /** Undefined where the account is in no organisation. */
  managementAccount?: string;
}

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

/** An account of an organisation, with its state as AWS names it (`ACTIVE`, `SUSPENDED`, …). */
export interface OrganizationAccount {
  id: string;
  state: string;
  name?: string;
}

/** An organisation's accounts, from a session in the management account: every page or an error. */
export async function accountsOf(client: OrganizationsClient): Promise<OrganizationAccount[]> {
  const pages = await everyPage('ListAccounts', paginateListAccounts({ client }, {}));
  return pages
    .flatMap((p) => need(p.Accounts, 'Accounts'))
    .map(({ Id, State, Name }) => ({ id: need(Id, 'Id'), state: State ?? 'ACTIVE', ...(Name ? { name: Name } : {}) }));
}
