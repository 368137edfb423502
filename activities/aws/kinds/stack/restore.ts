import { setTimeout as sleep } from 'node:timers/promises';
import { canonical } from '../../../../model/canonical.ts';
import { describeDiff } from '../../../../model/diff.ts';
import { command } from '../../../../model/shell.ts';
import type { Restore } from '../../../kind.ts';
import { regionOf } from '../../footprint/stack-mark.ts';
import type { StackDefinition, StackState } from '../../snapshot.ts';
import type { AwsAccountApi } from '../../wire/account.ts';
import { NotYetError, RefusedError } from '../../../answer.ts';
import type { PlannedStack } from './definition.ts';
import { POLLS } from './polls.ts';
import { readDefinition } from './read.ts';

/** Makes a stack again of its own template, and waits for it. */
export const restore: Restore<AwsAccountApi> = async (api, [item]) => {
  const planned = item.snapshot as PlannedStack;
  if ('Unknown' in planned.Definition) throw new RefusedError('PartMissing', 'its template was never read');
  const there = await api.stackInPlace(planned.StackId);
  if (there) await refuseStranger(api, there, planned.Definition);
  await untilCreated(api, there?.StackId ?? (await api.createStack(planned.StackId, planned.Definition)), planned.StackName);
};

async function refuseStranger(api: AwsAccountApi, there: StackState, planned: StackDefinition): Promise<void> {
  const now = await readDefinition(api, there.StackId);
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

async function explained(api: AwsAccountApi, id: string, name: string, left: StackState | undefined): Promise<RefusedError> {
  const failures = await api.creationFailures(id);
  const words = ['aws', 'cloudformation', 'delete-stack', '--stack-name', id, '--region', regionOf(id) ?? ''];
  const mend = left ? `delete what is left of it (\`${command(...words)}\`), mend that and retry` : 'mend that and retry';
  return new RefusedError(
    'StackCreateFailed',
    `CloudFormation could not make the stack ${name} again: ${failures.join('; ') || 'it tells no resource'}; ${mend}`,
  );
}
