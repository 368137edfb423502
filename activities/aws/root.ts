import type { Manifest } from '../../model/manifest.ts';
import type { ReadContext } from '../cloud.ts';
import type { OrganizationAccount } from './wire/organization.ts';
import { classify } from './wire/classify.ts';
import type { AwsConnector } from './wire/clients.ts';

/**
 * The manifest with what `members: all` hangs from, where it names no management account: that of the organisation the worker's own account is in,
 * or this account alone where it is in none. Throws what AWS answers when there are no credentials, or when they may not ask.
 */
export async function rootOfAws(connector: Pick<AwsConnector, 'home'>, { manifest }: ReadContext): Promise<Manifest> {
  const { aws } = manifest;
  if (aws?.members !== 'all' || aws.managementAccount !== undefined) return manifest;
  const { account, managementAccount } = await connector.home();
  if (managementAccount === undefined) return { ...manifest, aws: { ...aws, members: [account] } };
  return { ...manifest, aws: { ...aws, managementAccount } };
}

/**
 * The organisation's accounts through the role in its management account; where that is denied, by the worker's own credentials, which
 * suffice in the management or a delegated administrator account. Never those of another organisation than the one asked for.
 */
export async function listAccounts(
  connector: Pick<AwsConnector, 'home' | 'organization' | 'ownOrganization'>,
  managementAccount: string,
  context: ReadContext,
): Promise<OrganizationAccount[]> {
  try {
    return await connector.organization(managementAccount, context);
  } catch (denied) {
    const failure = classify(denied);
    if (failure.kind !== 'blocked' || failure.code !== 'AccessDenied') throw denied;
    const own = await connector.home().catch(() => undefined);
    if (own?.managementAccount !== managementAccount) throw denied;
    return await connector.ownOrganization();
  }
}
