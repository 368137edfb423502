import { counted } from '../../model/counted.ts';
import type { CloudExam, Lack, WorkerExam } from '../../model/doctor.ts';
import { SYSTEM_TYPE_NAMES } from '../../model/names.ts';
import { USES, type Use } from '../../model/permission.ts';

/** What is told of one thing. `bad` and `not known` each have a mend; `less` can be left as it is, at a price. */
export interface Check {
  about: string;
  state: 'ok' | 'less' | 'bad' | 'not known';
  says: string;
  mend?: string;
  /** What to paste for it. */
  paste?: string;
}

/** A worker's clock may go this much wrong before signatures and tokens are refused. */
const MOST_SKEW_MS = 60_000;

/** Pure: a worker's own account of itself as checks. `mode`: that of the manifest, where there is one. */
export function workerChecks({ clouds, records, policy, clock, proxy }: WorkerExam): Check[] {
  const skew = clock.worker - clock.temporal;
  const seconds = Math.round(Math.abs(skew) / 1000);
  const ahead = `the worker's is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} Temporal's`;
  const variables = Object.entries(proxy).map(([name, value]) => `${name}=${value}`);
  return [
    ...clouds.flatMap(cloudChecks),
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

/** One cloud: whom it takes the worker for, then each use. */
function cloudChecks(exam: CloudExam): Check[] {
  const about = SYSTEM_TYPE_NAMES[exam.cloud];
  const checks: Check[] = exam.who.map((who) => ({ about, state: 'ok', says: `the worker is ${who}` }));
  for (const { system, reason } of exam.troubles)
    checks.push({
      about,
      state: 'bad',
      says: `${system}: ${reason}`,
      mend: 'let the worker in as the message says; what it may do there is not known until then',
    });
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
    const permissions = of.map((l) => l.permission).join(', ');
    return { about, state: 'bad', says: `to ${use}: ${permissions} missing in ${systems}`, mend: 'by the grant above' };
  });
  const [first] = checks;
  if (first && grant) Object.assign(first, { mend: `give the worker what it lacks to ${use}, by ${grant.how}:`, paste: grant.text });
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

function systemsOf({ systems, of }: Lack): string {
  const more = of - systems.length;
  return `${systems.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
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
  const mends = mendsOf(checks);
  if (mends.length === 0) return `${lines.join('\n')}\n\nready`;
  const told = mends.map(({ about, says, mend, paste }, i) => {
    const number = `${i + 1}. `;
    const indent = ' '.repeat(number.length);
    return [
      `${number}${about}: ${says}`,
      ...(mend === undefined ? [] : [`${indent}${mend}`]),
      ...(paste ?? '')
        .split('\n')
        .filter(Boolean)
        .map((l) => `${indent}  ${l}`),
    ].join('\n');
  });
  return `${lines.join('\n')}\n\nNot ready. To be mended: ${mends.length}\n\n${told.join('\n')}`;
}

/** Pure: what keeps a run from being started well. */
export function mendsOf(checks: readonly Check[]): Check[] {
  return checks.filter((c) => c.state === 'bad' || c.state === 'not known');
}
