import { expect, test } from 'vitest';
import { plannedIn } from '../../../../activities/apply/second-look/planned.ts';
import type { Deps } from '../../../../activities/deps.ts';
import { KINDS } from '../../../../activities/kinds.ts';
import { sharedWithDefender } from '../../../../model/guards/defender.ts';
import type { Finding } from '../../../../model/finding.ts';
import { planHash } from '../../../../model/plan.ts';
import { finding, planOf } from '../../../model/findings.ts';
import { defaultManifest } from '../../planned.ts';

const SUBSCRIPTION = 'azure:/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001' as const;
const GROUP = 'azure:/providers/Microsoft.Management/managementGroups/contoso-corp' as const;
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';

/** What is asked of other systems for each finding of a plan, by its id. */
function asked(findings: Finding[]) {
  const plan = planOf(findings);
  const deps = { clouds: KINDS } as unknown as Deps;
  const planned = plannedIn({ deps, plan, planHash: planHash(plan), manifest: defaultManifest() });
  return (id: string) => {
    const item = planned.byId.get(id);
    if (!item) throw new Error(`no item ${id}`);
    return planned.asks(item);
  };
}

test('subscriptions are asked about Defender for a client id and whatever it goes with, and for nothing beside it', () => {
  const clientId = finding('client', { kind: 'aws-oidc-client-id', uses: ['aws:role:x'], stage: 'after-roles' });
  const role = finding('oidc', { provides: ['aws:role:x'] });
  const stack = finding('stack', { kind: 'aws-cloudformation-stack', contains: [clientId.id], stage: 'after-roles' });
  const asks = asked([clientId, role, stack]);
  expect([clientId, stack, role].map(({ id }) => asks(id)(SUBSCRIPTION))).toEqual([true, true, false]);
  expect(asks(clientId.id)(GROUP)).toBe(false);
});

test('whether Defender needs it is asked for an assignment that reads; stacks of groups own such as write, too', () => {
  const assignment = (name: string, role: string) =>
    finding(name, {
      kind: 'azure-role-assignment',
      system: SUBSCRIPTION,
      snapshot: { roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}` },
    });
  const [reads, writes] = [assignment('reads', READER), assignment('writes', OWNER)];
  const asks = asked([reads, writes]);
  expect([SUBSCRIPTION, GROUP, 'entra:t' as const].map(asks(reads.id))).toEqual([true, true, true]);
  expect([SUBSCRIPTION, GROUP, 'entra:t' as const].map(asks(writes.id))).toEqual([false, true, true]);
});

test('a hold of Defender keeps nothing but what holds it, so that what lies beside it need not ask', () => {
  const hold = sharedWithDefender({ defender: { state: 'in-use', why: ['on'] } });
  expect(hold).toMatchObject({ code: 'SharedWithDefender' });
  expect(hold?.keeps).toBeUndefined();
});
