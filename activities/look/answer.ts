import type { FailureClass } from '../../model/errors.ts';
import type { AnyCloud } from '../cloud.ts';

/** What a cloud answered, or why it did not, as its classifier judges it. */
export type Answer<T> = { ok: true; value: T } | { ok: false; failure: FailureClass };

/**
 * Asks a cloud once and throws nothing of what it answers. Every call of an activity to a cloud passes here: limits on how often one cloud is
 * asked belong here.
 */
export async function answerOf<T>(cloud: Pick<AnyCloud, 'classify'>, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, failure: cloud.classify(error) };
  }
}
