import { expect, test } from 'vitest';
import { earlierBy, ownDoings } from '../../../../activities/apply/second-look/own.ts';
import { plannedIn } from '../../../../activities/apply/second-look/planned.ts';
import type { Deps } from '../../../../activities/deps.ts';
import { GCP_ORDER } from '../../../../activities/gcp/order.ts';
import { KINDS } from '../../../../activities/kinds.ts';
import { emptyLedger, record } from '../../../../model/ledger.ts';
import type { SystemId } from '../../../../model/names.ts';
import { planHash } from '../../../../model/plan.ts';
import { finding, planOf } from '../../../model/findings.ts';
import { defaultManifest } from '../../planned.ts';

const ORGANIZATION = 'gcp:organizations/1' as const;
const FIRST = 'gcp:projects/first' as const;
const SECOND = 'gcp:projects/second' as const;
const FOLDER = 'gcp:folders/2' as const;

test('what was removed is put back in its own system, and where its kind shows elsewhere; what went last first, earlier plans last', () => {
  const findings = [
    finding('account', { kind: 'gcp-service-account', system: FIRST, stage: 'service-accounts' }),
    finding('role', { kind: 'gcp-custom-role', system: ORGANIZATION, stage: 'custom-roles' }),
    finding('grant', { kind: 'gcp-binding', system: FIRST, stage: 'project-bindings' }),
    finding('other', { kind: 'gcp-binding', system: SECOND, stage: 'project-bindings' }),
    finding('acting', { kind: 'gcp-impersonation-binding', system: SECOND, stage: 'impersonation' }),
    finding('untouched', { kind: 'gcp-binding', system: SECOND, stage: 'project-bindings' }),
  ];
  const plan = planOf(findings, { orders: { gcp: GCP_ORDER } });
  const deps = { clouds: KINDS } as unknown as Deps;
  const planned = plannedIn({ deps, plan, planHash: planHash(plan), manifest: defaultManifest() });
  const ledger = emptyLedger();
  for (const { id, phase } of plan.items.filter((i) => i.title !== 'role untouched'))
    record(ledger, {
      at: '2026-11-27T00:00:00.000Z',
      record: { type: 'outcome', phase, outcome: { item: id, outcome: 'removed', reason: 'gone' } },
    });
  const [grant] = plan.items.filter((i) => i.title === 'role grant');
  if (!grant) throw new Error('no grant');
  const of = (system: SystemId) =>
    ownDoings(
      { deps, ledger },
      planned,
      earlierBy([{ at: '2026-11-26T00:00:00.000Z', item: { ...grant, id: 'aws-role:earlier' } }]),
      system,
    ).map(({ item }) => item.id.slice('aws-role:'.length));
  expect({ organization: of(ORGANIZATION), first: of(FIRST), second: of(SECOND), folder: of(FOLDER) }).toEqual({
    organization: ['role', 'other', 'grant', 'earlier'],
    first: ['account', 'grant', 'acting', 'earlier'],
    second: ['acting', 'other'],
    folder: [],
  });
});
