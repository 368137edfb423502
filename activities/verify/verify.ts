import { itemsOf, type BatchKey } from '../../model/batch.ts';
import { meansItem } from '../../model/identity/native.ts';
import type { FailureClass } from '../../model/errors.ts';
import { excludedWords } from '../../model/exclusion.ts';
import { isDone } from '../../model/ledger.ts';
import { maybeOursAmong, type MaybeOurs } from '../../model/maybe-ours.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import { unreadForSignIn } from '../../model/sign-in.ts';
import type { Deps } from '../deps.ts';
import { failedToSignIn, failureMessage } from '../failures.ts';
import { blocked } from '../apply/operation.ts';
import { judge } from '../discover/judge.ts';
import { isAnother, kindOf, traceOf } from '../look/kinds.ts';
import { fingerprint } from '../../model/canonical.ts';
import type { Finding, Json } from '../../model/finding.ts';
import type { Answer } from '../answer.ts';
import type { AnyCloud } from '../cloud.ts';
import { lookUntilSettled } from '../look/look.ts';
import type { MakePlanInput } from '../plan/make-plan.ts';
import { currentPlan, demandPlan } from '../records/plans.ts';

export interface VerifyResult {
  /** Certain, ours, and neither waived nor protected: ids, sorted. */
  leftovers: string[];
  /** Systems that could not be read, waived or not: of these nothing can be said. */
  unknown: string[];
  /** Of what could not be read, what to do about it, in words; absent where all could. */
  mend?: string;
  /** What the manifest leaves out, in words: the run does not speak for that either. */
  excluded?: string;
  /** What matches by name only and is not protected or waived: nothing proves whose it is. */
  maybeOurs?: MaybeOurs;
}

/** Discovers again and says what is left. */
export async function verify(deps: Deps, input: MakePlanInput): Promise<VerifyResult> {
  const manifest = await deps.artifacts.kept<Manifest>(input.manifest);
  const ledger = await deps.journal.ledger(input.run);
  const plan = await currentPlan(deps, ledger);
  const { match, facts, unknown: unread, excluded } = await judge(deps, manifest, input.readings, plan?.facts);
  const excused = (id: string) =>
    ledger.waived.has(id) || ledger.confirmed.has(id) || manifest.protected.some((written) => meansItem(written, id));
  const unknown = unread.map((u) => u.system);
  const isFound = new Set(match.findings.map((f) => f.id));
  const gone = (i: PlanItem) => ledger.outcomes.get(i.id)?.outcome === 'already-gone' && !unknown.includes(i.system);
  const notShown = plan?.items.filter((i) => gone(i) && !excused(i.id) && !isFound.has(i.id)) ?? [];
  const leftovers = [
    ...(await stillThere(
      deps,
      manifest,
      match.findings.filter((f) => f.confidence === 'certain' && !excused(f.id)),
    )),
    ...(await thereAgain(deps, manifest, notShown)),
  ].toSorted();
  const maybeOurs = maybeOursAmong(
    match.findings.filter((f) => !excused(f.id)),
    facts,
  );
  await deps.journal.append(input.run, {
    type: 'verified',
    leftovers,
    unknown,
    maybeOurs,
    ...(excluded.length > 0 ? { excluded } : {}),
  });
  const words = excludedWords(excluded);
  return {
    leftovers,
    unknown,
    ...(unread.length === 0 ? {} : { mend: mendOf(unread) }),
    maybeOurs,
    ...(words === undefined ? {} : { excluded: words }),
  };
}

/** Only what was refused for ever may be left out: a sign-in can be mended. */
function mendOf(unread: readonly { reason: string }[]): string {
  const signIn = unread.some((u) => unreadForSignIn(u.reason));
  const other = unread.some((u) => !unreadForSignIn(u.reason));
  return [
    ...(signIn ? ['mend the sign-in and start again'] : []),
    ...(other ? ['mend the access and start again, or, where nobody will ever read it, leave it out of a new run (exclude)'] : []),
  ].join('; ');
}

/** Of what a reading shows, ids of what is there when it is looked at by itself, too: a list may show for a while what is gone. */
async function stillThere(deps: Deps, manifest: Manifest, findings: Finding[]): Promise<string[]> {
  const items = findings.map((f): PlanItem => ({ ...f, fingerprint: fingerprint(f.snapshot), dependsOn: [] }));
  const looked = await lookUntilSettled(deps, manifest, items, trace, isGone);
  return [...looked].flatMap(([item, answer]) => (isGone(answer) ? [] : [item.id]));
}

/** Of what others removed and a reading does not show, ids of what is there all the same: a list may lack for a while what was made just now. */
async function thereAgain(deps: Deps, manifest: Manifest, items: PlanItem[]): Promise<string[]> {
  const there: string[] = [];
  const planned = async (item: PlanItem, api: unknown, cloud: AnyCloud) => {
    const now = await trace(item, api, cloud);
    return now === undefined || isAnother(kindOf(cloud, item), now, item) ? undefined : now;
  };
  const looked = await lookUntilSettled(deps, manifest, items, planned, (answer) => !isGone(answer), 2);
  for (const [item, answer] of looked) if (answer.ok && answer.value !== undefined) there.push(item.id);
  return there;
}

const trace = (item: PlanItem, api: unknown, cloud: AnyCloud) => traceOf(kindOf(cloud, item), api, item);
const isGone = (answer: Answer<Json | undefined>) => answer.ok && answer.value === undefined;

/** A failed sign-in tells nothing of the item: that is mended, not decided about. */
function unreadable(item: PlanItem, failure: FailureClass): Outcome {
  const code = failedToSignIn(failure) ? failure.code : 'Unreadable';
  return blocked(item, code, `cannot be read any more (${failureMessage(failure)})`);
}

export interface ConfirmGoneInput {
  run: string;
  planHash: string;
  work: BatchKey;
}

/**
 * Reads a batch of an earlier phase again before the next phase begins: what was removed must be gone now, not only then. Returns
 * an outcome `blocked` with the code CameBack for each that is there again; records these.
 */
export async function confirmGone(deps: Deps, input: ConfirmGoneInput): Promise<Outcome[]> {
  const ledger = await deps.journal.ledger(input.run);
  const plan = await demandPlan(deps, input.run, ledger, input.planHash);
  const manifest = await deps.artifacts.kept<Manifest>(plan.manifestHash);
  const items = itemsOf(plan, input.work).filter((i) => isDone(ledger, i.id) && !ledger.waived.has(i.id) && !ledger.confirmed.has(i.id));
  const back: Outcome[] = [];
  for (const [item, answer] of await lookUntilSettled(deps, manifest, items, trace, isGone))
    if (!isGone(answer)) back.push(answer.ok ? blocked(item, 'CameBack', 'it is there again') : unreadable(item, answer.failure));
  const { phase } = input.work;
  await deps.journal.append(input.run, ...back.map((outcome) => ({ type: 'outcome' as const, phase, outcome })));
  return back;
}
