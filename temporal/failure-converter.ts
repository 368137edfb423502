import {
  ApplicationFailure,
  DefaultFailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
} from '@temporalio/common';
import { FAILURES } from '../model/errors.ts';

/** The server's own word for an update whose workflow ended before it answered. */
const ENDED_BEFORE = 'AcceptedUpdateCompletedWorkflow';

/**
 * Failures with their messages and stack traces encoded as a payload, which the codec encrypts: they name persons, items and folders. What a worker or
 * an activity of ours fails with is always written so; what is not comes from somebody else, and nothing of it is shown.
 */
class EncodedFailures extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  override failureToErrorInner(failure: ProtoFailure, converter: PayloadConverter, context?: SerializationContext): Error {
    // An application's failure is the only sort that carries words of its own; the others are the server's.
    const { applicationFailureInfo: told } = failure;
    if (!told || holdsWords(failure, converter, context)) return super.failureToErrorInner(failure, converter, context);
    if (told.type === ENDED_BEFORE) return ApplicationFailure.nonRetryable('the run ended before it answered', FAILURES.endedBefore);
    return ApplicationFailure.nonRetryable('no worker of this run wrote what is said of this failure', FAILURES.forged);
  }
}

function holdsWords({ encodedAttributes }: ProtoFailure, converter: PayloadConverter, context?: SerializationContext): boolean {
  if (!encodedAttributes) return false;
  const attributes = converter.fromPayload<unknown>(encodedAttributes, context);
  return typeof attributes === 'object' && attributes !== null && typeof (attributes as { message?: unknown }).message === 'string';
}

/** For worker, client and the isolate of workflows alike: by this name the SDK looks for it. */
export const failureConverter = new EncodedFailures();
