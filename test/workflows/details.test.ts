import { expect, test } from 'vitest';
import { several, text } from '../../client/terminal/values.ts';
import type { RunView } from '../../model/messages/status.ts';
import type { Outcome } from '../../model/outcome.ts';
import { describe as details } from '../../workflows/details.ts';

const GRANT =
  'gcp-binding:organizations/800100200300#roles/iam.securityReviewer#serviceAccount:ts-posture@ts-impersonated.iam.gserviceaccount.com';
const held = (n: number): Outcome[] =>
  Array.from({ length: n }, (_, i) => ({
    item: `${GRANT}${i}`,
    outcome: 'blocked',
    code: 'Drift',
    reason: `\`gcloud ${GRANT}\` by ${GRANT}`,
  }));

function view(more: Partial<RunView>): RunView {
  return {
    workflowId: 'offboarding-t',
    run: 'r',
    tenantId: 't',
    startedBy: 'sam',
    dryRun: false,
    stage: 'permissions',
    paused: false,
    status: 'running',
    planned: [],
    counts: [],
    unknown: [],
    awaiting: [],
    unresolved: [],
    collectors: [],
    ...more,
  };
}

test('of many unresolved items it is told how many there are besides, and what to type to see all and what a decision means', () => {
  const told = details(view({ unresolved: held(23) }));
  expect(told.match(/^- blocked: /gm)).toHaveLength(20);
  expect(told).toContain('\n- and 3 others\n');
  expect(told.indexOf('`offboard status offboarding-t`')).toBeLessThan(told.indexOf('- blocked: '));
  expect(details(view({ unresolved: held(20) }))).not.toContain('- and ');
  expect(details(view({}))).not.toContain('offboard status');
});

test('a long name may break in its middle, but for a command; copied from there it is what it was', () => {
  const told = details(view({ unresolved: held(1), first: [`access by ${GRANT}`] }));
  const longest = Math.max(
    ...told
      .replaceAll(/`gcloud [^`]*`/g, '')
      .split(/[\s\u200b-]/)
      .map((part) => part.length),
  );
  expect(longest).toBeLessThan(40);
  expect(told).toContain(`\`gcloud ${GRANT}\``);
  const [, item = ''] = /blocked: `([^`]*)`/.exec(told) ?? [];
  expect(item).not.toBe(`${GRANT}0`);
  expect([text({ item }, 'item'), several({ item: [item] }, 'item')]).toEqual([`${GRANT}0`, [`${GRANT}0`]]);
});

test('what is no phase is told as the stage it is', () => {
  expect(details(view({ stage: 'plan' }))).toContain('**Stage: plan**');
  expect(details(view({}))).toContain('**Phase 1: ');
});

const gate = {
  gate: 'plan' as const,
  opening: 2,
  planHash: 'a'.repeat(64),
  expiresAt: '2026-12-01T00:00:00Z',
  openedAt: '2026-11-27T00:00:00Z',
};
const weight = { items: 38, takeover: 4, held: 2, warnings: 1 };

test('at a gate it is told what weighs in the plan, where to read it, and what to send from the Temporal UI', () => {
  const told = details(view({ gate, weight, identity: 'asserted' }));
  expect(told).toContain('Of 38 planned things **4 can take an account over**; a guard holds 2; the plan has 1 warning.');
  expect(told).toContain('`offboard plan offboarding-t --html FILE`');
  const [, json = ''] = /```json\n(.*?)```/s.exec(told) ?? [];
  expect(JSON.parse(json)).toEqual({ gate: 'plan', opening: 2, planHash: 'a'.repeat(64), by: 'NAME', reason: 'TEXT' });
  expect(details(view({}))).not.toContain('Send a Signal');
});

test('where names are not enough, it is told how to make the signal that is', () => {
  const told = details(view({ gate, weight, identity: 'ssh' }));
  expect(told).toContain(`offboard sign approve offboarding-t --gate plan --plan-hash ${gate.planHash} --by NAME --reason TEXT`);
  expect(told).not.toContain('```json');
});
