import { counted } from '../../model/counted.ts';
import type { CloudExam, Lack, WorkerExam } from '../../model/doctor.ts';
import { SYSTEM_TYPE_NAMES } from '../../model/names.ts';
import { USES, type Use } from '../../model/permission.ts';

/** What is told of one thing. What is `bad` or `not known` keeps a run from being started well; `less` can be left as it is, at a price. */
export interface Check {
  about: string;
  state: 'ok' | 'less' | 'bad' | 'not known';
  says: string;
  /** What mends it, where another check's mend does not. */
  mend?: string;
  /** What to paste for it. */
  paste?: string;
}

/** A worker's clock may go this much wrong before signatures and tokens are refused. */
const MOST_SKEW_MS = 60_000;

/** Pure: a worker's own account of itself as checks. `mode`: that of the manifest, where there is one. */
export function workerChecks({ clouds, portal, records, policy, clock, proxy }: WorkerExam): Check[] {
  const skew = clock.worker - clock.temporal;
  const seconds = Math.round(Math.abs(skew) / 1000);
  const ahead = `the worker's is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} Temporal's`;
  const variables = Object.entries(proxy).map(([name, value]) => `${name}=${value}`);
  return [
    ...clouds.flatMap(cloudChecks),
    ...(portal ? [portalCheck(portal)] : []),
    records.ok
      ? { about: 'records', state: 'ok', says: `${records.engine} in ${records.where}, schema ${records.schema}; they can be written` }
      : {
          about: 'records',
          state: 'bad',
          says: records.reason,
          mend: 'mend what the message names, on the worker’s machine (OFFBOARD_RECORDS, OFFBOARD_HOME)',
        },
    policy.ok
      ? { about: 'policy', state: 'ok', says: `identity: ${policy.identity}, ${counted(policy.approvers, 'approver')}` }
      : { about: 'policy', state: 'bad', says: policy.reason, mend: 'mend the file that OFFBOARD_POLICY of the worker names' },
    Math.abs(skew) <= MOST_SKEW_MS
      ? { about: 'clock', state: 'ok', says: ahead }
      : {
          about: 'clock',
          state: 'bad',
          says: ahead,
          mend: 'set the clock of the worker’s machine right (or Temporal’s, where that one is wrong)',
        },
    {
      about: 'proxy',
      state: 'ok',
      says: variables.length > 0 ? variables.join(', ') : 'the worker goes out directly: no variable of a proxy is set',
    },
  ];
}

function portalCheck(portal: NonNullable<WorkerExam['portal']>): Check {
  const about = 'Portal';
  if (portal.ok)
    return {
      about,
      state: 'ok',
      says: `it lists collectors for the worker, who drives ${counted(portal.collectors, 'collector')} of the manifest through it`,
    };
  return {
    about,
    state: 'bad',
    says: portal.reason,
    mend: `${portal.reason}; or give the collectors of the manifest the driver operator or retired`,
  };
}

/** One cloud: whom it takes the worker for, then each use. */
function cloudChecks(exam: CloudExam): Check[] {
  const about = SYSTEM_TYPE_NAMES[exam.cloud];
  const checks: Check[] = exam.who.map((who) => ({ about, state: 'ok', says: `the worker is ${who}` }));
  for (const [reason, of] of Map.groupBy(exam.troubles, (t) => t.reason)) {
    const systems = named(of.map((t) => t.system).toSorted(), of.length);
    const mend = `${reason} (${systems}); what the worker may do there is not known until that is mended`;
    checks.push({ about, state: 'not known', says: `${systems}: ${reason}`, mend });
  }
  for (const use of USES) {
    const asked = exam.asked[use];
    if (asked === undefined || asked === 0 || exam.answered === 0) continue;
    const lacks = exam.lacks.filter((l) => l.use === use);
    checks.push(...useChecks(exam, about, use, asked, lacks));
  }
  return checks;
}

function useChecks(exam: CloudExam, about: string, use: Use, asked: number, lacks: readonly Lack[]): Check[] {
  const missing = lacks.filter((l) => l.state === 'missing' && l.without === undefined);
  const less = lacks.filter((l) => l.state === 'missing' && l.without !== undefined);
  const unknown = Map.groupBy(
    lacks.filter((l) => l.state === 'not known'),
    (l) => l.reason ?? '',
  );
  const grant = exam.grants.find((g) => g.use === use);
  const where = `in ${exam.answered} of ${counted(exam.of, 'system')}`;
  const checks = [...Map.groupBy(missing, systemsOf)].map(([systems, of]): Check => {
    return { about, state: 'bad', says: `to ${use}: ${of.map((l) => l.permission).join(', ')} missing in ${systems}` };
  });
  const [first] = checks;
  const lacking = counted(new Set(missing.map((l) => l.permission)).size, 'permission');
  if (first && grant) Object.assign(first, { mend: `give the worker ${lacking} to ${use}, by ${grant.how}:`, paste: grant.text });
  for (const [reason, of] of unknown) {
    const [one] = of;
    if (one)
      checks.push({
        about,
        state: 'not known',
        says: `to ${use}: ${counted(of.length, 'permission')} in ${systemsOf(one)} cannot be asked: ${reason}`,
        mend: `let the worker ask (docs/permissions, discover), or look yourself whether it has ${of.map((l) => l.permission).join(', ')}`,
      });
  }
  checks.push(
    ...less.map((l): Check => ({ about, state: 'less', says: `to ${use}: without ${l.permission} in ${systemsOf(l)} ${l.without}` })),
  );
  if (missing.length === 0 && unknown.size === 0)
    checks.unshift({ about, state: 'ok', says: `to ${use}: ${asked - less.length} of ${counted(asked, 'permission')}, ${where}` });
  return checks;
}

const MOST_NAMED = 3;

function systemsOf({ systems, of }: Lack): string {
  return named(systems, of);
}

function named(systems: readonly string[], of: number): string {
  const first = systems.slice(0, MOST_NAMED);
  const more = of - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const MARKS = { ok: 'ok', less: 'less', bad: 'mend', 'not known': 'not known' } as const;

/** Pure: all checks, then `ready`, or what is to be mended, by number. */
export function renderDoctor(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((c) => c.about.length));
  const lines: string[] = [];
  let before = '';
  for (const { about, state, says } of checks) {
    lines.push(`${(about === before ? '' : about).padEnd(width)}  ${MARKS[state].padEnd(9)}  ${says}`);
    before = about;
  }
  if (isReady(checks)) return `${lines.join('\n')}\n\nready`;
  const mends = mendsOf(checks);
  const told = mends.map(({ about, mend, paste = '' }, i) => {
    const number = `${i + 1}. `;
    const pasted = paste.split('\n').filter(Boolean);
    return [`${number}${about}: ${mend}`, ...pasted.map((line) => `${' '.repeat(number.length)}  ${line}`)].join('\n');
  });
  return `${lines.join('\n')}\n\nNot ready. To be mended: ${mends.length}\n\n${told.join('\n')}`;
}

/** Pure: whether nothing that a run needs is missing or unknown. */
export function isReady(checks: readonly Check[]): boolean {
  return checks.every((c) => c.state === 'ok' || c.state === 'less');
}

/** Pure: what is to be done, by number. */
export function mendsOf(checks: readonly Check[]): { about: string; mend: string; paste?: string }[] {
  return checks.flatMap(({ about, mend, paste }) =>
    mend === undefined ? [] : [{ about, mend, ...(paste === undefined ? {} : { paste }) }],
  );
}
