import { setTimeout as sleep } from 'node:timers/promises';
import type { Effects } from '../../../kind.ts';
import type { ResourceKind } from '../../kind.ts';
import type { StackState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import { frozenStack, type PlannedStack } from './definition.ts';
import { endangeredBy } from './members.ts';
import { POLLS } from './polls.ts';
import { readDefinition } from './read.ts';
import { restore } from './restore.ts';

/** A stack is read with its resources, each by its own kind. */
export function stackEffects(kinds: readonly ResourceKind[]): Effects<AwsAccountApi> {
  return {
    async read(api, item) {
      const planned = item.snapshot as PlannedStack;
      // By its name, where it is gone: one that was made since must show itself.
      const stack = (await api.stack(planned.StackId)) ?? (await api.stackInPlace(planned.StackId));
      if (!stack) return undefined;
      const Members: PlannedStack['Members'] = {};
      for (const [id, snapshot] of Object.entries(planned.Members)) {
        const kind = kinds.find((k) => id.startsWith(`${k.name}:`));
        const now = await kind?.read(api, { ...item, id, kind: kind.name, snapshot });
        if (now !== undefined) Members[id] = now;
      }
      const definition = await readDefinition(api, stack.StackId);
      return frozenStack(stack, definition, Members, endangeredBy(stack, definition, kinds));
    },

    async remove(api, [item]) {
      const { StackId, StackName, Endangered } = item.snapshot as PlannedStack;
      // No approval and no override makes the loss of what nobody can bring back right.
      if (Endangered.length > 0)
        throw new RefusedError('DeletedForGood', `with the stack ${StackName} ${Endangered.join(', ')} would be gone for good`);
      const stack = await api.stack(StackId);
      if (!stack) return;
      if (stack.Status !== 'DELETE_IN_PROGRESS') await api.deleteStack(StackId);
      await untilDeleted(api, stack);
    },

    restore,
  };
}

async function untilDeleted(api: AwsAccountApi, { StackId, StackName }: StackState): Promise<void> {
  for (const delay of POLLS) {
    const stack = await api.stack(StackId);
    if (!stack) return;
    if (stack.Status === 'DELETE_FAILED') {
      const failures = await api.deletionFailures(StackId);
      throw new RefusedError(
        'StackDeleteFailed',
        `CloudFormation could not delete the stack ${StackName}: ${failures.join('; ') || 'it tells no resource'}; mend that and retry, or have ` +
          'its owner delete it with --retain-resources',
      );
    }
    await sleep(delay);
  }
  throw new NotYetError('StackDeleting', `CloudFormation is still deleting the stack ${StackName}`);
}
