import { classify } from '../../wire/classify.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { stackMark } from '../../footprint/stack-mark.ts';
import type { ReadDefinition, StackView, Tags } from '../../snapshot.ts';

/**
 * The stacks that the tags name. One that is gone leaves its resources to nobody; one we may not look at is told with the reason, since
 * an account can be read without any right to CloudFormation. What may be tried again is thrown.
 */
export async function readStacks(api: AwsAccountApi, tagged: Tags[]): Promise<StackView[]> {
  const ids = new Set(tagged.map(stackMark).flatMap((mark) => (mark?.id !== undefined && mark.set === undefined ? [mark.id] : [])));
  const views: StackView[] = [];
  for (const id of [...ids].toSorted()) {
    try {
      const stack = await api.stack(id);
      const definition = stack && (await readDefinition(api, id));
      views.push(definition ? { id, stack, definition } : { id, gone: true });
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'blocked') throw error;
      views.push({ id, unknown: failure.message });
    }
  }
  return views;
}

/** What a restore would make the stack of; undefined where it is gone by now. Without the right to read that, the stack can go, but not come back: the code tells why. */
export async function readDefinition(api: Pick<AwsAccountApi, 'stackDefinition'>, id: string): Promise<ReadDefinition | undefined> {
  try {
    return await api.stackDefinition(id);
  } catch (error) {
    const failure = classify(error);
    if (failure.kind !== 'blocked') throw error;
    return { Unknown: failure.code };
  }
}
