import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { undefinedIf } from '../../model/errors.ts';
import { PHASE_TITLES, PHASES } from '../../model/names.ts';
import { awaited, collectorView } from '../../model/waiting.ts';
import type { CollectorView } from '../../model/messages/collector.ts';
import type { RunView } from '../../model/messages/status.ts';
import { status } from '../../workflows/messages/index.ts';
import type { offboarding, OffboardingResult } from '../../workflows/offboarding.ts';

/** Whoever answers what a run waits for: played, or a person at a terminal. */
export interface People {
  gate(view: RunView): Promise<void>;
  unresolved(view: RunView): Promise<void>;
  collector(view: RunView, collector: CollectorView): Promise<void>;
}

const EVERY_MS = 150;

/** Follows an offboarding or a restore to its end: tells what happens, phase by phase, and has people answer what it waits for. */
export async function attend(
  handle: Pick<WorkflowHandle<typeof offboarding>, 'query' | 'result'>,
  people: People,
  tell: (line: string) => void,
): Promise<OffboardingResult> {
  const said = new Set<string>();
  const once = (line: string) => {
    if (!said.has(line)) tell(line);
    said.add(line);
  };
  for (;;) {
    const view = await handle.query(status).catch(undefinedIf(isGrpcServiceError));
    if (view) {
      narrate(view, once);
      if (view.status !== 'running') return await handle.result();
      await answer(view, people);
    }
    await sleep(EVERY_MS);
  }
}

async function answer(view: RunView, people: People): Promise<void> {
  if (view.gate) return await people.gate(view);
  if (awaited(view.awaiting, 'items').length > 0) return await people.unresolved(view);
  const [collector] = awaited(view.awaiting, 'collector');
  if (collector) await people.collector(view, collectorView(collector));
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
