import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { OffboardError } from '../../model/errors.ts';
import { PHASE_TITLES, PHASES } from '../../model/names.ts';
import { step } from '../../model/next-step.ts';
import { awaited, collectorView } from '../../model/waiting.ts';
import type { CollectorView } from '../../model/messages/collector.ts';
import type { RunView } from '../../model/messages/status.ts';
import { status } from '../../workflows/messages/index.ts';
import { patiently } from '../run/passing.ts';
import type { offboarding, OffboardingResult } from '../../workflows/offboarding.ts';

/** Whoever answers what a run waits for: played, or a person at a terminal, whose question ends with `signal`. */
export interface People {
  gate(view: RunView, signal: AbortSignal): Promise<void>;
  unresolved(view: RunView, signal: AbortSignal): Promise<void>;
  collector(view: RunView, collector: CollectorView, signal: AbortSignal): Promise<void>;
  /** Sees the run each time it is looked at, before anything is answered. */
  see?(view: RunView): Promise<void>;
}

type Handle = Pick<WorkflowHandle<typeof offboarding>, 'workflowId' | 'query' | 'result'>;

const EVERY_MS = 150;

/**
 * Follows an offboarding or a restore to its end: tells what happens, phase by phase, and has people answer what it waits for. Throws NotClean
 * with the reason where it failed or was cancelled, and the reason of `over` where nobody follows it any more.
 */
export async function attend(
  handle: Handle,
  people: People,
  tell: (line: string) => void,
  over: AbortSignal = new AbortController().signal,
): Promise<OffboardingResult> {
  const said = new Set<string>();
  const once = (line: string) => {
    if (!said.has(line)) tell(line);
    said.add(line);
  };
  const patient = patiently(handle.workflowId, tell);
  const look: Look = () => patient(() => handle.query(status));
  for (;;) {
    over.throwIfAborted();
    const view = await look();
    if (view) {
      narrate(view, once);
      await people.see?.(view);
      const result = view.status === 'running' ? undefined : await patient(() => ended(handle, view));
      if (result) return result;
      if (view.status === 'running') await answer(look, view, people, tell, over);
    }
    await sleep(EVERY_MS);
  }
}

/** Where the run is; undefined while nobody answers. */
type Look = () => Promise<RunView | undefined>;

/** Without a result the run says why itself: a breaker tripped, somebody cancelled it. */
async function ended(handle: Handle, view: RunView): Promise<OffboardingResult> {
  try {
    return await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const reason = view.ended?.reason ?? error.cause?.message ?? error.message;
    const next = [...(view.ended?.next ?? []), step('report', handle.workflowId)];
    throw new OffboardError('NotClean', `${view.status}: ${reason}`, { cause: error, next });
  }
}

/** One thing that a person is asked about. As long as a run waits for just this, its `key` is the same. */
interface Question {
  key: string;
  put(people: People, signal: AbortSignal): Promise<void>;
}

/** What a run asks, the first thing to answer first. */
function questionsOf(view: RunView): Question[] {
  const { gate } = view;
  const items = awaited(view.awaiting, 'items').map((w): Question => ({
    key: `items ${w.items.toSorted().join(' ')}`,
    put: (people, signal) => people.unresolved(view, signal),
  }));
  const collectors = awaited(view.awaiting, 'collector').map((w): Question => ({
    key: `collector ${w.id} ${w.stage} ${w.challenge?.deletionId ?? ''}`,
    put: (people, signal) => people.collector(view, collectorView(w), signal),
  }));
  if (!gate) return [...items, ...collectors];
  const open = { key: `gate ${gate.gate} ${gate.opening} ${gate.planHash}`, put: (p: People, s: AbortSignal) => p.gate(view, s) };
  return [open, ...items, ...collectors];
}

/** A question that was answered elsewhere is answered: the next line typed here must not be taken for an answer to another one. */
async function answer(look: Look, view: RunView, people: People, tell: (line: string) => void, over: AbortSignal): Promise<void> {
  const [question] = questionsOf(view);
  if (!question) return;
  const settled = new AbortController();
  const watching = untilAnswered(look, question.key, settled);
  try {
    await question.put(people, AbortSignal.any([over, settled.signal]));
  } catch (error) {
    if (error !== ELSEWHERE) throw error;
    tell('that was answered elsewhere; what is typed now answers nothing of it');
  } finally {
    settled.abort();
    await watching;
  }
}

const ELSEWHERE = new Error('answered elsewhere');

async function untilAnswered(look: Look, key: string, settled: AbortController): Promise<void> {
  while (!settled.signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal: settled.signal }).catch(() => undefined);
    const view = settled.signal.aborted ? undefined : await look();
    if (view && !questionsOf(view).some((q) => q.key === key)) settled.abort(ELSEWHERE);
  }
}

function narrate(view: RunView, once: (line: string) => void): void {
  const reached = PHASES.findIndex((p) => p === view.stage);
  const over = view.stage === 'verify' || view.stage === 'evidence' || view.stage === 'ended';
  for (const [i, phase] of PHASES.entries()) {
    const counts = view.counts[i];
    if (i === reached) once(`phase ${i + 1}: ${PHASE_TITLES[phase]} …`);
    const begun = counts && counts.removed + counts.alreadyGone + counts.waived + counts.blocked + counts.failed > 0;
    if (begun && (i < reached || over)) {
      once(`phase ${i + 1}: removed ${counts.removed}, already gone ${counts.alreadyGone}, waived ${counts.waived}`);
    }
  }
  if (reached < 0) once(`${view.stage} …`);
}
