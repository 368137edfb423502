import { describe, expect, test } from 'vitest';
import { actingAsOurs, actingIn } from '../../../../activities/gcp/footprint/acting.ts';
import { GCP_ORDER } from '../../../../activities/gcp/order.ts';
import type { Binding, GcpSnapshot } from '../../../../activities/gcp/snapshot.ts';
import { planOf } from '../../../model/findings.ts';
import { account, EMAIL, factsOf, judge, oidcProject, pool, principals, PROJECT, provider, workloadUser } from '../fixtures.ts';

const onboarded = (...bindings: Binding[]): GcpSnapshot => {
  const roles = { role: 'roles/iam.securityReviewer', members: [`serviceAccount:${EMAIL}`] };
  return oidcProject([pool([provider()])], [account([workloadUser(principals())])], { bindings: [roles, ...bindings] });
};
const above = (resource: string, ...bindings: Binding[]) =>
  ({ system: `gcp:${resource}`, resource, policy: { bindings }, ourselves: [] }) as GcpSnapshot;
const group = (role: string): Binding => ({ role, members: ['group:ci@contoso.example'] });

/** A plan of the OIDC project, of which the policies of all that is given tell who may act. */
function planWith(oidc: GcpSnapshot, ...others: GcpSnapshot[]) {
  const facts = factsOf(oidc);
  const gcpActing = actingAsOurs([oidc, ...others].flatMap(actingIn), facts);
  return planOf(judge(oidc, facts).findings, { facts: { ...facts, gcpActing }, orders: { gcp: GCP_ORDER } });
}

describe('a right over all service accounts, one of ours among them, is told of whoever else has it, and holds nothing', () => {
  test.each<[string, GcpSnapshot, GcpSnapshot[], string]>([
    [
      'on its project',
      onboarded(group('roles/iam.serviceAccountTokenCreator')),
      [],
      `group:ci@contoso.example (roles/iam.serviceAccountTokenCreator on projects/${PROJECT})`,
    ],
    [
      'on its organisation',
      onboarded(),
      [above('organizations/900', group('roles/iam.serviceAccountUser'))],
      'group:ci@contoso.example (roles/iam.serviceAccountUser on organizations/900)',
    ],
    [
      'on a folder that it may lie in',
      onboarded(),
      [above('folders/7', group('roles/iam.workloadIdentityUser'))],
      'group:ci@contoso.example (roles/iam.workloadIdentityUser on folders/7)',
    ],
    [
      'by keys of its own making',
      onboarded(group('roles/iam.serviceAccountKeyAdmin')),
      [],
      `group:ci@contoso.example (roles/iam.serviceAccountKeyAdmin on projects/${PROJECT})`,
    ],
  ])('%s', (_where, oidc, others, told) => {
    const plan = planWith(oidc, ...others);
    expect(plan.warnings).toEqual([
      `others have a right over all service accounts there, and so may act as ${EMAIL} as well: ${told}; that alone holds nothing: ask whether they do before you approve`,
    ]);
    expect(plan.items.filter((i) => i.guard)).toEqual([]);
  });

  test.each<[string, GcpSnapshot, GcpSnapshot[]]>([
    ['on another project', onboarded(), [above('projects/contoso-web', group('roles/iam.serviceAccountTokenCreator'))]],
    ['by owners and editors, as nearly everywhere', onboarded(group('roles/owner'), group('roles/editor')), []],
    ['to look at accounts', onboarded(group('roles/iam.serviceAccountViewer')), []],
    [
      'by a service agent of Google’s',
      onboarded({
        role: 'roles/iam.serviceAccountTokenCreator',
        members: ['serviceAccount:service-481516234200@gcp-sa-pubsub.iam.gserviceaccount.com'],
      }),
      [],
    ],
    ['by our own account', onboarded({ role: 'roles/iam.serviceAccountUser', members: [`serviceAccount:${EMAIL}`] }), []],
    ['by our own pool', onboarded({ role: 'roles/iam.workloadIdentityUser', members: [principals()] }), []],
  ])('not %s', (_what, oidc, others) => {
    expect(planWith(oidc, ...others).warnings).toEqual([]);
  });
});
