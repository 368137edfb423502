import type { CloudExam, Lack } from '../../model/doctor.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType, type SystemId } from '../../model/names.ts';
import type { Permission, Use } from '../../model/permission.ts';
import { answerOf, type Answer } from '../answer.ts';
import { answerWithinMs } from '../answer-within.ts';
import type { AnyCloud } from '../cloud.ts';
import { failureMessage } from '../failures.ts';
import { within as bounded } from '../limited.ts';
import { forEachLimited } from '../look/activity.ts';
import type { Held, Rights } from '../rights.ts';

/** More systems of one cloud than this are not asked one by one. */
const MOST_SYSTEMS = 1_000;
/** As many are named of those that lack a permission. */
const MOST_NAMED = 3;

interface Asked {
  system: SystemId;
  rows: readonly Permission[];
  held: Held;
}

/** Whom one cloud takes the worker for, and what of the uses' permissions it has there. Changes nothing. Without `named`, only the first. */
export async function examineCloud(
  cloud: AnyCloud,
  manifest: Manifest,
  uses: readonly Use[],
  named: boolean,
): Promise<CloudExam | undefined> {
  const { rights, type } = cloud;
  if (!rights) return undefined;
  const exam: CloudExam = { cloud: type, who: [], answered: 0, of: 0, asked: {}, lacks: [], troubles: [], grants: [] };
  const note = (system: string, reason: string) => void exam.troubles.push({ system, reason });
  const ask = asksOf(cloud);
  const self = await ask(() => rights.self({ manifest }));
  if (self.ok) exam.who.push(self.value);
  else note(type, failureMessage(self.failure));
  if (!named || !self.ok) return exam;
  const { systems, context } = await systemsIn(cloud, ask, manifest, note);
  exam.of = systems.length;
  if (systems.length > MOST_SYSTEMS)
    note(type, `only ${MOST_SYSTEMS} of ${systems.length} systems were asked; name the others in a manifest of their own`);
  const asked: Asked[] = [];
  await forEachLimited(systems.slice(0, MOST_SYSTEMS), async (system) => {
    const rows = rights.rows(system, context).filter((row) => row.uses.some((use) => uses.includes(use)));
    const answer = await ask(async () => rights.ask(await cloud.connect(system, context), system, context, rows));
    if (answer.ok) asked.push({ system, rows, held: answer.value });
    else note(system, failureMessage(answer.failure));
  });
  asked.sort((a, b) => (a.system < b.system ? -1 : 1));
  exam.answered = asked.length;
  exam.who = [...new Set([...exam.who, ...asked.map((a) => a.held.who)])].slice(0, MOST_NAMED);
  for (const use of uses) {
    exam.asked[use] = new Set(asked.flatMap((a) => ofUse(a.rows, use).flatMap((r) => r.needs))).size;
    exam.lacks.push(...lacksOf(use, asked));
  }
  exam.grants = grantsOf(rights, uses, asked, context);
  return exam;
}

type Ask = <T>(what: () => Promise<T>) => Promise<Answer<T>>;

/**
 * Asks a cloud while it answers: a question is asked again for no longer than one answer may take, and once one took as long and came to nothing no more is asked; each that
 * would be is told so.
 */
function asksOf(cloud: AnyCloud): Ask {
  const within = answerWithinMs();
  let away: Answer<never> | undefined;
  return async (what) => {
    if (away) return away;
    const began = performance.now();
    const answer = await bounded({ asking: within }, () => answerOf(cloud, what));
    if (!answer.ok && answer.failure.kind === 'retry' && performance.now() - began >= within) away = answer;
    return answer;
  };
}

const ofUse = (rows: readonly Permission[], use: Use) => rows.filter((row) => row.uses.includes(use));

/** What the manifest names, and what stands behind its `all`. */
async function systemsIn(cloud: AnyCloud, ask: Ask, manifest: Manifest, note: (system: string, reason: string) => void) {
  const { type } = cloud;
  const rooted = await ask(async () => (cloud.root ? await cloud.root({ manifest }) : manifest));
  if (!rooted.ok) note(type, failureMessage(rooted.failure));
  const context = { manifest: rooted.ok ? rooted.value : manifest };
  const section: object = context.manifest[type as 'aws'] ?? {};
  const hasAll = Object.values(section).includes('all');
  const walked = await ask(async () => (hasAll ? await cloud.walk?.(context) : undefined));
  if (!walked.ok) note(type, failureMessage(walked.failure));
  for (const { system, reason } of (walked.ok && walked.value?.unknown) || []) note(system, reason);
  const named = systemsOf(context.manifest).filter((s) => systemType(s) === type);
  const found = (walked.ok && walked.value?.systems) || [];
  return { systems: [...new Set([...named, ...found])].toSorted(), context };
}

function lacksOf(use: Use, asked: readonly Asked[]): Lack[] {
  const lacks = new Map<string, Lack & { systems: SystemId[] }>();
  for (const { system, rows, held } of asked)
    for (const permission of new Set(ofUse(rows, use).flatMap((r) => r.needs))) {
      const has = held.may.get(permission);
      if (has === true) continue;
      const state = has === false ? 'missing' : 'not known';
      const of = ofUse(rows, use).filter((r) => r.needs.includes(permission));
      const without = of.every((r) => r.without !== undefined) ? of[0]?.without : undefined;
      const key = [state, permission, without].join(' ');
      const lack = lacks.get(key) ?? { use, permission, state, systems: [], of: 0, ...(without === undefined ? {} : { without }) };
      if (state === 'not known') lack.reason = held.reason ?? 'the cloud’s answer says nothing of it';
      lack.of++;
      if (lack.systems.length < MOST_NAMED) lack.systems.push(system);
      lacks.set(key, lack);
    }
  return [...lacks.values()].toSorted((a, b) => (a.permission < b.permission ? -1 : 1));
}

/** For each use what is missing and what no run can do without; and what it takes to be told what is not known. */
function grantsOf(
  rights: Rights<unknown>,
  uses: readonly Use[],
  asked: readonly Asked[],
  context: { manifest: Manifest },
): CloudExam['grants'] {
  return uses.flatMap((use) => {
    const missing = new Set<string>();
    const systems = new Set<SystemId>();
    for (const { system, rows, held } of asked)
      for (const row of ofUse(rows, use))
        for (const permission of row.needs) {
          if (row.without !== undefined || held.may.get(permission) !== false) continue;
          missing.add(permission);
          systems.add(system);
        }
    if (missing.size === 0) return [];
    return [rights.grant(use, missing, [...systems].toSorted(), context)];
  });
}
