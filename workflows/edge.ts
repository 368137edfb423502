import { ApplicationFailure, proxyLocalActivities, workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { EdgeActivities } from '../activities/index.ts';
import { FAILURES } from '../model/errors.ts';
import { markOf, markWords } from '../model/marked-payload.ts';
import { step, type NextStep } from '../model/next-step.ts';
import { refusal, refuse } from './messages/refusal.ts';
import { noteRefused } from './refused-messages.ts';
import { isStart } from './start-shape.ts';
import { untold } from './untold.ts';

/**
 * Whoever may write to the namespace may send anything. What comes into a workflow passes here first, whichever message it is: what was not encrypted for
 * just this workflow gets no further, but for plain messages that the worker's policy takes.
 */

/** They only stop a run: anybody's counts. */
const STOPPING = ['pause', 'cancelledBy'];

/** Asked where the answer must stand in history: a policy may change under a run, and its replay must not. */
const { takesPlain } = proxyLocalActivities<EdgeActivities>({ startToCloseTimeout: '10s' });

/** One question at a time, whatever number of messages waits for its answer. */
let asking: Promise<boolean> | undefined;
const plainIsTaken = () => (asking ??= takesPlain().finally(() => (asking = undefined)));

export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        let { args } = input;
        // Without a mark nothing may be awaited: a run takes messages from its first moment on.
        if (args.some(markOf)) {
          const read = await opened(args, plainIsTaken);
          if (read.why !== undefined) throw startRefused(read.why);
          args = read.args;
        }
        if (!isStart(workflowInfo().workflowType, args[0])) throw startRefused('does not hold what such a run needs');
        return await next({ ...input, args });
      },
      async handleSignal(input, next) {
        // The same: messages are taken in the order they came.
        if (!input.args.some(markOf)) return await next(input);
        const { signalName } = input;
        const anybodys = (value: unknown) => STOPPING.includes(signalName) || hasProof(value);
        const { args, why } = await opened(input.args, async (value) => anybodys(value) || (await plainIsTaken()));
        if (why === undefined) return await next({ ...input, args });
        noteRefused(signalName, why);
      },
      validateUpdate(input, next) {
        // Not replayed: the policy of today may judge.
        const args = input.args.map((arg) => {
          const mark = markOf(arg);
          if (!mark) return arg;
          if (mark.reason !== 'plain' || !mark.taken) refuse('MessageRefused', `${input.name}: ${markWords(mark)}; send it with the CLI`);
          return mark.value;
        });
        untold(() => next({ ...input, args }));
      },
      async handleUpdate(input, next) {
        const { args, why } = await opened(input.args, () => true);
        if (why !== undefined) throw refusal('MessageRefused', `${input.name}: ${why}; send it with the CLI`);
        return await next({ ...input, args });
      },
    },
  ],
  outbound: [
    {
      async scheduleActivity(input, next) {
        const answer = await next(input);
        const mark = markOf(answer);
        if (!mark) return answer;
        throw ApplicationFailure.nonRetryable(`what answered for ${input.activityType} ${markWords(mark)}`, FAILURES.forged);
      },
    },
  ],
});

/** The values of a message, and why it is refused where it is. */
async function opened(
  given: unknown[],
  isTaken: (value: unknown) => Promise<boolean> | boolean,
): Promise<{ args: unknown[]; why?: string }> {
  const args: unknown[] = [];
  for (const arg of given) {
    const mark = markOf(arg);
    if (mark && (mark.reason !== 'plain' || !(await isTaken(mark.value)))) return { args: [], why: markWords(mark) };
    args.push(mark?.reason === 'plain' ? mark.value : arg);
  }
  return { args };
}

/** Whether it holds is judged where it is recorded. */
function hasProof(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'proof' in value;
}

/** What a person starts instead, by the type of the workflow. */
const INSTEAD: Record<string, NextStep> = {
  offboarding: step('start', 'MANIFEST', '--by', 'NAME'),
  restore: step('restore', 'RUN', '--by', 'NAME'),
};

/** Ends the run before it has begun: no record is written, no cloud is asked. */
function startRefused(why: string): ApplicationFailure {
  const { workflowId, workflowType } = workflowInfo();
  const message = `RUN: the start of ${workflowId} ${why}, so it did nothing; start a run with the CLI, with the keys of the worker`;
  return refusal('StartRefused', message, INSTEAD[workflowType] ?? step('list'));
}
