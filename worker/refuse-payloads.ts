import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { FAILURES } from '../model/errors.ts';
import { markOf, markWords } from '../model/marked-payload.ts';

/** An activity works only on what a workflow of ours encrypted for itself: anybody may start one by hand. */
export function refusingPayloads(): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next) {
        const mark = input.args.map(markOf).find((m) => m !== undefined);
        if (!mark) return await next(input);
        throw ApplicationFailure.nonRetryable(`the input of the activity ${markWords(mark)}`, FAILURES.refused, 'MessageRefused');
      },
    },
  };
}
