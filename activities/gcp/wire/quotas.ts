import type { Counted } from '../../limited.ts';
import type { Quota } from '../../limit.ts';

/** Google counts within minutes. The first minute of many may have half as much again: a question that is refused waits, and few estates ask so many. */
const questions = (perMinute: number): Quota => ({ burst: perMinute / 2, perSecond: perMinute / 60 });
/** So that no minute has more. */
const changes = (perMinute: number): Quota => ({ burst: perMinute / 4, perSecond: (0.75 * perMinute) / 60 });

/**
 * What is published, for each API and the project that pays for the calls: the worker's quota project, or the one its credentials belong to; so one key for all targets.
 * Sources: IAM, "Quotas and limits" (6,000 questions and 600 changes a minute; of workload identity federation
 * 600 and 60); Cloud Asset, "Quotas and limits" (SearchAllIamPolicies). Resource Manager and Policy Analyzer publish none that one could go by.
 */
const QUOTAS: Record<string, Quota> = {
  'IAM (read)': questions(6_000),
  'IAM (change)': changes(600),
  'IAM pools (read)': questions(600),
  'IAM pools (change)': changes(60),
  'Cloud Asset (read)': questions(400),
};

/** The APIs by what their paths have, wherever they are. */
const APIS: readonly [string, RegExp][] = [
  ['IAM pools', /\/workloadIdentityPools\b/],
  ['IAM', /\/(?:serviceAccounts|roles)\b/],
  ['Policy Analyzer', /\/activityTypes\//],
  ['Cloud Asset', /:search\w+$|\/assets$/],
];

/** What a call counts against. */
export function countedOf(url: string, question: boolean): Counted {
  const { pathname } = new URL(url);
  const api = APIS.find(([, path]) => path.test(pathname))?.[0] ?? 'Resource Manager';
  const name = `${api} (${question ? 'read' : 'change'})`;
  const quota = QUOTAS[name];
  return { key: `Google ${name}`, change: !question, ...(quota ? { quota } : {}) };
}
