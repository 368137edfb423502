import type { SystemId } from '../../model/names.ts';
import type { Walked } from '../cloud.ts';
import type { OrganizationAccount } from './wire/organization.ts';

/** Of accounts in these states no call is answered, so that nothing can be found or removed there. */
const CLOSED: Record<string, string> = {
  SUSPENDED: 'the account is suspended: what it holds can only be looked at once it is reinstated',
  PENDING_CLOSURE: 'the account is about to be closed',
  CLOSED: 'the account is closed; AWS deletes what it holds',
  PENDING_ACTIVATION: 'the account is not activated yet',
};

/** What `members: all` stands for: every account of the organisation. Half a listing is none, so any page that fails throws. */
export async function walkOrganization(listed: Promise<OrganizationAccount[]>): Promise<Walked> {
  const accounts = (await listed).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const described = accounts.map(({ id, name }) => ({ system: `aws:${id}` as const, ...(name === undefined ? {} : { name }) }));
  const walked: Walked = { systems: [], leftOut: [], unknown: [], described };
  for (const { id, state } of accounts) {
    const system: SystemId = `aws:${id}`;
    const reason = CLOSED[state];
    if (reason === undefined) walked.systems.push(system);
    else walked.leftOut.push({ system, reason });
  }
  return walked;
}
