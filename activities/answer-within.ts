import { OffboardError } from '../model/errors.ts';
import { NotYetError } from './answer.ts';

const NAME = 'OFFBOARD_ANSWER_WITHIN';
const DEFAULT_S = 30;
/** More is a mistake, such as milliseconds. */
const LONGEST_S = 120;

/**
 * How long a call to a cloud may take until its answer is there whole, headers and body, in ms: the same for all clouds. A cloud that accepts a call and says nothing,
 * or never ends what it says, must count as unreachable. OFFBOARD_ANSWER_WITHIN says it in seconds. Throws InvalidValue.
 */
export function answerWithinMs(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment[NAME]?.trim() || String(DEFAULT_S);
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= LONGEST_S))
    throw new OffboardError('InvalidValue', `${NAME} is ${JSON.stringify(text)}; write seconds, more than 0 and at most ${LONGEST_S}`);
  return Math.max(1, Math.round(seconds * 1000));
}

/** No answer has more bytes: what goes on and on would take the worker's memory. */
export const LARGEST_ANSWER = 64 * 1024 * 1024;

/** What is larger is no answer. `from`: who gave it. */
export function tooLarge(from: string): NotYetError {
  return new NotYetError(
    'AnswerTooLarge',
    `what came from ${from} has more than ${LARGEST_ANSWER / 1024 / 1024} MiB and was not read to its end`,
  );
}
