import { combine } from '../../../../model/guards/combine.ts';
import { doubt } from '../../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Bystander, Facts, Finding, Json } from '../../../../model/finding.ts';
import { found, THIRTY_DAYS, type Footprint } from '../../../kind.ts';
import { accountDoubt, judgeAccounts, type AccountVerdict } from '../../footprint/accounts.ts';
import { bystanderOf, poolToken, serviceAccountToken } from '../../footprint/ownership.ts';
import { withItem } from '../../../put-back.ts';
import { projectOf, withOidc, type AccountWithPolicy, type GcpSnapshot, type ServiceAccount } from '../../snapshot.ts';

/** The service account that the pool acts as. Disabled, then deleted; undeletable for 30 days by its unique id, so that is recorded. */
export const footprint: Footprint<GcpSnapshot> = {
  name: 'gcp-service-account',
  match(snapshot, facts) {
    const judged = snapshot.oidc ? judgeAccounts(snapshot.oidc, facts) : [];
    return {
      findings: judged.flatMap((j) => finding(snapshot, j, facts)),
      bystanders: [
        ...judged.flatMap(({ account, verdict, trust }) =>
          bystanderOf(snapshot.system, `gcp-service-account:${account.name}`, verdict, poolsOf(neededBy(verdict, trust)).map(poolToken)),
        ),
        ...elsewhere(snapshot),
      ],
      seen: judged.length,
    };
  },
  identity: (snapshot) => (snapshot as { uniqueId: string }).uniqueId,
  losses: {
    losses: () => [],
    keptFor: THIRTY_DAYS,
    recreated(item) {
      const { email, uniqueId } = item.snapshot as ServiceAccount;
      return [
        `a new unique id instead of ${uniqueId}: whatever grant this restore does not give back goes on naming deleted:serviceAccount:${email}?uid=${uniqueId} and does not mean the new one; its owner can give it again`,
        'its own policy: what others held on it, but for what this restore gives back',
        'its keys, its creation date and when it was last used',
      ];
    },
    comparable(snapshot, recreated) {
      const { uniqueId, ...account } = snapshot as { [key: string]: Json };
      return recreated === 'itself' ? account : { ...account, uniqueId: uniqueId ?? null };
    },
  },
  putBack(snapshot, own) {
    const planned = own.item.snapshot as ServiceAccount;
    if (snapshot.resource !== `projects/${projectOf(planned.name)}`) return snapshot;
    return withOidc(snapshot, (oidc) => {
      const is = (a: ServiceAccount) => a.name === planned.name;
      // Its policy goes with it: of that our own grants are put back each for itself.
      const account: AccountWithPolicy = { ...planned, policy: oidc.serviceAccounts.find(is)?.policy ?? {} };
      return { ...oidc, serviceAccounts: withItem(oidc.serviceAccounts, own, account, is, accountDefinition) };
    });
  },
  quarantined: (snapshot) => ({ ...(snapshot as { [key: string]: Json }), disabled: true }),
};

/** What is kept of a service account: everything but its etag. */
export function accountDefinition(account: ServiceAccount): { [key: string]: Json } {
  const { name, uniqueId, email, displayName, description, disabled } = account;
  return { name, uniqueId, email, displayName, description, disabled };
}

function finding(snapshot: GcpSnapshot, { account, verdict, named, trust, used }: AccountVerdict, facts: Facts): Finding[] {
  if (verdict.whose !== 'ours') return [];
  const why = accountDoubt({ email: account.email, ...verdict, ...(named ? { named: true } : {}) }, facts);
  return [
    {
      ...found('gcp-service-account', snapshot.system, account.name),
      title: `service account ${account.email}`,
      phase: 'permissions',
      why: verdict.why,
      confidence: verdict.confidence,
      risk: 'none',
      stage: 'service-accounts',
      snapshot: accountDefinition(account),
      provides: [serviceAccountToken(account.email)],
      uses: [],
      serves: poolsOf(trust).map((pool) => ({ token: poolToken(pool), as: 'means' })),
      standsFor: [account.email, ...poolsOf(trust)],
      ...combine(verdict.hold, recentlyUsed(used), doubt(why)),
    },
  ];
}

/** Accounts of other projects that let a pool of this one in, and that nobody could look for them: they are nobody's to remove. */
function elsewhere({ system, resource, oidc }: GcpSnapshot): Bystander[] {
  const unseen = oidc?.elsewhereUnseen;
  const told = (oidc?.elsewhere ?? []).map((account) => ({
    id: `gcp-service-account:${account.name}`,
    why: `identities of a pool of ${resource} may act as it; an account of another project is not ours and stays`,
  }));
  if (unseen !== undefined) {
    const why = `could not all be looked at (${unseen}): allow cloudasset.assets.searchAllIamPolicies on the organisation, or ask`;
    told.push({ id: `accounts of other projects that trust a pool of ${resource}`, why });
  }
  return told.map((t) => ({ system, ...t, uses: [] }));
}

/** The trust that an account which is not ours needs. Of a pool that is ours alone nobody but MEPM comes in: what holds that is the grant itself, where it stays. */
function neededBy({ whose }: AccountVerdict['verdict'], trust: AccountVerdict['trust']): AccountVerdict['trust'] {
  return whose === 'defender' ? trust : trust.filter((t) => t.pool.whose !== 'ours');
}

/** Names of the pools that may act as an account, each once. */
function poolsOf(trust: AccountVerdict['trust']): string[] {
  return [...new Set(trust.map((t) => t.pool.pool.name))];
}
