import { setTimeout as sleep } from 'node:timers/promises';
import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import { command } from '../../../../model/shell.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import type { Effects } from '../../../kind.ts';
import { regionOf } from '../../footprint/stack-mark.ts';
import type { ResourceKind } from '../../kind.ts';
import type { StackDefinition, StackState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { frozenStack, type PlannedStack } from './definition.ts';
import { endangeredBy } from './members.ts';
import { readDefinition } from './read.ts';

/** How often a stack is looked at while CloudFormation works on it, in ms: 5 minutes in all, then it is tried again later. */
const POLLS = [50, 100, 200, 500, 1_000, 2_000, ...Array.from({ length: 59 }, () => 5_000)];

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
      return definition && frozenStack(stack, definition, Members, endangeredBy(stack, definition, kinds));
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

    restore: (api, [item]) => restore(api, item.snapshot as PlannedStack),
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

/** Makes a stack again of its own template, and waits for it. */
async function restore(api: AwsAccountApi, planned: PlannedStack): Promise<void> {
  if ('Unknown' in planned.Definition) throw new RefusedError('PartMissing', 'its template was never read');
  const there = await api.stackInPlace(planned.StackId);
  if (there) await refuseStranger(api, there, planned.Definition);
  await untilCreated(api, there?.StackId ?? (await api.createStack(planned.StackId, planned.Definition)), planned.StackName);
}

async function refuseStranger(api: AwsAccountApi, there: StackState, planned: StackDefinition): Promise<void> {
  const now = await readDefinition(api, there.StackId);
  if (!now) throw new NotYetError('StackDeleting', `the stack ${there.StackName} is gone by now; it is looked at again`);
  if (canonical(now) === canonical(planned)) return;
  throw new RefusedError(
    'NameTaken',
    `somebody made the stack ${there.StackName} again (${describeDiff(planned, now)}); it stays as it is`,
  );
}

async function untilCreated(api: AwsAccountApi, id: string, name: string): Promise<void> {
  for (const delay of POLLS) {
    const stack = await api.stack(id);
    if (stack?.Status === 'CREATE_COMPLETE') return;
    // Until it is deleted again its name is taken; then it is explained, by events that are kept under its id.
    if (!stack || /^(?:CREATE|ROLLBACK|DELETE)_FAILED$|^ROLLBACK_COMPLETE$/.test(stack.Status)) throw await explained(api, id, name, stack);
    await sleep(delay);
  }
  throw new NotYetError('StackCreating', `CloudFormation is still making the stack ${name}`);
}

async function explained(api: AwsAccountApi, id: string, name: string, remains: StackState | undefined): Promise<RefusedError> {
  const failures = await api.creationFailures(id);
  const words = ['aws', 'cloudformation', 'delete-stack', '--stack-name', id, '--region', regionOf(id) ?? ''];
  const mend = remains ? `delete what is left of it (\`${command(...words)}\`), mend that and retry` : 'mend that and retry';
  return new RefusedError(
    'StackCreateFailed',
    `CloudFormation could not make the stack ${name} again: ${failures.join('; ') || 'it tells no resource'}; ${mend}`,
  );
}
