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
import { kindOf, traceOf } from '../look/kinds.ts';
import type { Json } from '../../model/finding.ts';
import type { Answer } from '../answer.ts';
import { lookAtEach, type AskOfItem } from '../look/look.ts';
import { settled } from '../look/settle.ts';
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
  const found = match.findings.filter((f) => f.confidence === 'certain' && !excused(f.id)).map((f) => f.id);
  const isFound = new Set(found);
  const late = await shownLate(deps, manifest, plan?.items.filter((i) => isFound.has(i.id) && isDone(ledger, i.id)) ?? []);
  const leftovers = found.filter((id) => !late.has(id)).toSorted();
  const unknown = unread.map((u) => u.system);
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

/** Of what was removed and a reading shows all the same: what is gone when it is looked at by itself, for a list may show it for a while. */
async function shownLate(deps: Deps, manifest: Manifest, items: PlanItem[]): Promise<Set<string>> {
  const late = new Set<string>();
  await lookAtEach(deps, manifest, items, async (item, ask) => {
    const answer = await lookAtGone(manifest, item, ask);
    if (answer.ok && answer.value === undefined) late.add(item.id);
  });
  return late;
}

/** An item that should be gone; undefined once it is seen to be. */
function lookAtGone({ waits }: Manifest, item: PlanItem, ask: AskOfItem): Promise<Answer<Json | undefined>> {
  let again: 'again' | undefined;
  const look = () => {
    const answer = ask((api, cloud) => traceOf(kindOf(cloud, item), api, item), again);
    again = 'again';
    return answer;
  };
  return settled(waits.settle, look, (answer) => answer.ok && answer.value === undefined);
}

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
  await lookAtEach(deps, manifest, items, async (item, ask) => {
    const answer = await lookAtGone(manifest, item, ask);
    if (answer.ok && answer.value === undefined) return;
    back.push(answer.ok ? blocked(item, 'CameBack', 'it is there again') : unreadable(item, answer.failure));
  });
  const { phase } = input.work;
  await deps.journal.append(input.run, ...back.map((outcome) => ({ type: 'outcome' as const, phase, outcome })));
  return back;
}
