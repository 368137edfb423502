import type { Facts, Finding, Hold } from '../../../model/finding.ts';
import { combine } from '../../../model/guards/combine.ts';
import { doubt } from '../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../model/guards/recent-use.ts';
import { lastSegment, projectOf } from '../snapshot.ts';
import { accountDoubt } from './accounts.ts';
import { accountHeldBy, poolMember } from './members.ts';
import { poolToken, serviceAccountToken } from './ownership.ts';

/** Who of ours a member of a policy is: an account, or identities of a pool that is ours alone. What it holds is ours as surely as it is. */
export interface Holder extends Pick<Finding, 'confidence'> {
  /** Its address or name, and what stands for it (`Finding.standsFor`). */
  name: string;
  /** Of an account; empty for identities of a pool. */
  uniqueId: string;
  token: string;
  /** What makes it ours, in words. */
  which: string;
  /** Why it may be others', in words. */
  doubt?: string;
  hold?: Hold;
}

/** Pure: undefined for everybody else. */
export function holderOf(member: string, facts: Facts): Holder | undefined {
  const account = accountHeldBy(member, facts);
  if (account) {
    const { email, uniqueId, confidence } = account;
    const why = accountDoubt(account, facts);
    const doubted = why === undefined ? {} : { doubt: `${email}, and that through ${why}` };
    const perhaps = confidence === 'certain' ? '' : ', and that is ours by name only';
    return {
      name: email,
      uniqueId,
      confidence,
      token: serviceAccountToken(email),
      which: `which the CIEM workload identity pool may act as${perhaps}`,
      ...doubted,
      ...combine(recentlyUsed(account.usedRecently), doubt(doubted.doubt)),
    };
  }
  const pool = poolHeldBy(member, facts);
  if (!pool) return undefined;
  const doubted = pool.doubt === undefined ? {} : { doubt: `the pool ${lastSegment(pool.name)}, and that through ${pool.doubt}` };
  return {
    name: pool.name,
    uniqueId: '',
    confidence: pool.confidence,
    token: poolToken(pool.name),
    which: `identities of the workload identity pool ${lastSegment(pool.name)} of ${projectOf(pool.name)}, which is ours alone${whatIsDeleted(pool)}`,
    ...doubted,
    ...combine(recentlyUsed(pool.usedRecently), doubt(doubted.doubt)),
  };
}

type Pool = NonNullable<Facts['gcpPools']>[number];

/** What a pool that was deleted still lets in, in words; nothing of one that is there. */
export function whatIsDeleted({ deleted }: Pool): string {
  if (deleted === undefined) return '';
  if (deleted === 'good') return ' and is gone: nobody comes in by it, unless a pool of the same id is made again';
  const until = deleted.until === undefined ? 'within 30 days of its deletion' : `until ${deleted.until}`;
  return ` and is deleted: nobody comes in by it now, but whoever undeletes it, ${until}, lets its identities in again`;
}

/** Which pool that is ours alone a member's identities belong to. */
export function poolHeldBy(member: string, facts: Pick<Facts, 'gcpPools'>): Pool | undefined {
  const pool = poolWith(member, facts);
  return pool?.shared ? undefined : pool;
}

/** Which pool with a provider of ours a member's identities belong to. */
export function poolWith(member: string, { gcpPools = [] }: Pick<Facts, 'gcpPools'>): Pool | undefined {
  const of = poolMember(member);
  return of && gcpPools.find((p) => p.projectNumber === of.projectNumber && lastSegment(p.name) === of.pool);
}
