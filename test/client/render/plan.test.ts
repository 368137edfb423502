import { expect, test } from 'vitest';
import { renderPlan, renderPlanSummary } from '../../../client/render/plan.ts';
import { RISKS } from '../../../model/names.ts';
import { finding as anyFinding, planOf } from '../../model/findings.ts';

/** A role as IAM shows it: the summary tells what a restore would lose of it. */
const snapshot = { RoleId: 'AROA1', AssumeRolePolicyDocument: {}, Tags: [] };
const finding: typeof anyFinding = (name, more) => anyFinding(name, { snapshot, ...more });

const plan = planOf(
  [
    ...RISKS.map((risk) => finding(`of-${risk}`, { risk })),
    ...Array.from({ length: 80 }, (_, i) => finding(`reader-${i}`)),
    finding('stack', { hold: { code: 'OwnedByStack', reason: 'stack x made it' } }),
  ],
  {
    bystanders: [{ system: 'aws:1', id: 'defender-role', why: "Defender's", uses: [], defender: true }],
    unknown: [{ system: 'aws:444455556666', reason: 'AccessDenied: no' }],
  },
);
const lines = renderPlan(plan, plan.hash).trimEnd().split('\n');
/** What is still on a screen of 24 lines when the question stands in the last one. */
const screen = lines.slice(-23).join('\n');

test('the list alone fills more than a screen', () => {
  expect(lines.length).toBeGreaterThan(200);
});

test('warnings, what is held and what could not be read stand on the last screen, with the hash', () => {
  expect(screen).toContain(`Summary of plan ${plan.hash}`);
  expect(screen).toContain('WARNING: Microsoft Defender for Cloud is set up here');
  expect(screen).toContain('HELD until an approver decides: 2');
  expect(screen).toContain('aws-role:stack (OwnedByStack)');
  expect(screen).toContain('COULD NOT BE READ: 1\n  aws:444455556666: AccessDenied: no');
});

test('each mark that the list uses is counted and explained there', () => {
  expect(screen).toMatch(/\[takeover\]: 1, .*take the account over/);
  expect(screen).toMatch(/\[write\]: 1, changes resources/);
  expect(screen).toMatch(/\[read\]: 82, reads/);
  expect(screen).toMatch(/no mark: 2, no right of its own/);
  const marks = new Set(lines.flatMap((l) => /^ {3}- .* {2}(\[\w+\])$/.exec(l)?.[1] ?? []));
  for (const mark of marks) expect(screen).toContain(`  ${mark}: `);
});

test('of very many that are held the summary names some, and tells how many more there are', () => {
  const hold = { code: 'OwnedByStack', reason: 'stack x made it' };
  const told = renderPlanSummary(planOf(Array.from({ length: 40 }, (_, i) => finding(`stack-${i}`, { hold }))), 'h');
  expect(told).toContain('HELD until an approver decides: 40');
  expect(told.match(/OwnedByStack/g)).toHaveLength(5);
  expect(told).toContain('… and 35 more, listed in the plan');
});

test('phases are counted in the singular and the plural', () => {
  expect(renderPlan(planOf([finding('a')]), 'h')).toMatch(/1\. Removal of permissions assigned in AWS, Azure, GCP: 1 item\n.*: 0 items\n/);
});

test('what only the manifest’s word connects with MEPM is told first of all, above the list and above the summary', () => {
  const payroll = finding('payroll', { confidence: 'name-only', onlyNamed: true });
  const overrides = [{ item: payroll.id, reason: 'onboarding renamed it' }];
  const told = renderPlan(planOf([payroll], { overrides, foreignThings: true }), 'h').split('\n');
  const warnings = told.flatMap((line, n) => (line.startsWith("WARNING: NOT RECOGNISED AS MEPM's") ? [n] : []));
  expect(warnings).toEqual([2, told.indexOf('Summary of plan h') + 1]);
  expect(told.join('\n')).toContain("NOT RECOGNISED AS MEPM's: trusts the OIDC role");
});

test('take-over rights stand first, then the counts by phase and by cloud', () => {
  const told = lines.slice(lines.indexOf(`Summary of plan ${plan.hash}`));
  expect(told.slice(1, 3)).toEqual(['TAKE-OVER RIGHTS that go: 1', '  role of-takeover (aws:111122223333)']);
  expect(told.slice(3).join('\n')).toMatch(/^ {2}1\. Removal of permissions .*: 86 items\n(.*\n){3} {2}by cloud: AWS 86\n/);
});

test('what cannot be undone is named with the reason, and what can only for a while is counted', () => {
  const collector = anyFinding('c', { kind: 'data-collector', system: 'portal:t', phase: 'data-collection', stage: 'data-collector' });
  const application = anyFinding('a', {
    kind: 'entra-oidc-application',
    system: 'entra:t',
    phase: 'oidc-applications',
    stage: 'oidc-application',
  });
  const told = renderPlanSummary(planOf([collector, application, finding('role')]), 'h');
  expect(told).toMatch(/^CANNOT BE UNDONE: 1\n {2}role c: .{20,}/m);
  expect(told).toContain('Can be undone as it was for 30 days only: 1 item\n');
});
