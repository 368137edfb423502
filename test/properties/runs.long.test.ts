import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { recordsOf } from '../../client/records/records.ts';
import { WorkersRecords } from '../../client/records/worker-reader.ts';
import { UNREAD_SYSTEM } from '../../model/plan.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { abandonRun } from '../harness/abandon.ts';
import {
  addMember,
  MEMBER_ACCOUNT,
  OIDC_ACCOUNT,
  READER_ASSIGNMENT,
  smallEstate,
  SUBSCRIPTION,
  type TestEstate,
} from '../harness/estate.ts';
import { memberRole, trusting } from '../harness/member-roles.ts';
import { expectedFindings } from '../harness/ours.ts';
import { APPROVER } from '../harness/estate.ts';
import { startedRun } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const NAMES = ['mciem-collection-role', 'mciem-member-account-role', 'contoso-audit', 'app-server'];
const OWNERS = ['nobody', 'terraform', 'mixed-stack', 'own-stack', 'used'] as const;
const spec = fc.record({ name: fc.constantFrom(...NAMES), ours: fc.boolean(), owner: fc.constantFrom(...OWNERS) });
const roles = fc.uniqueArray(spec, { selector: (r) => r.name, maxLength: 4 });
const DENIED_ACCOUNT = '777700001111';

/** A role of ours with what its owner left on it, and that owner's stack. */
function owned(name: string, owner: (typeof OWNERS)[number]): TestEstate['objects'] {
  const stackId = `arn:aws:cloudformation:us-east-1:${MEMBER_ACCOUNT}:stack/of-${name}/5f0b2a1e-0009-4222-8333-444455556666`;
  const bucket = owner === 'mixed-stack' ? [{ type: 'AWS::S3::Bucket', physicalId: 'contoso-logs' }] : [];
  const resources = [{ type: 'AWS::IAM::Role', physicalId: name }, ...bucket];
  switch (owner) {
    case 'nobody':
      return [memberRole(name)];
    case 'terraform':
      return [memberRole(name, { tags: { ManagedBy: 'Terraform' } })];
    case 'used':
      return [memberRole(name, { lastUsed: new Date(Date.now() - 86_400_000).toISOString() })];
    case 'own-stack':
    case 'mixed-stack':
      return [
        memberRole(name, { tags: { 'aws:cloudformation:stack-name': `of-${name}`, 'aws:cloudformation:stack-id': stackId } }),
        { kind: 'aws-cloudformation-stack', ours: owner === 'own-stack', account: MEMBER_ACCOUNT, stackId, resources },
      ];
  }
}

/** The small estate with more roles in it and their owners, a Bicep stack or not, something protected, Defender or not, and perhaps an account that cannot be entered. */
const estates = fc
  .record({ roles, protects: fc.boolean(), defender: fc.boolean(), bicep: fc.boolean(), denied: fc.boolean() })
  .map(({ roles: more, protects, defender, bicep, denied }): TestEstate => {
    const estate = smallEstate();
    estate.objects = estate.objects.filter((o) => o.kind !== 'aws-role' || !NAMES.includes((o as { name: string }).name));
    for (const { name, ours, owner } of more)
      estate.objects.push(
        ...(ours ? owned(name, owner) : [memberRole(name, { ours: false, trust: trusting(`arn:aws:iam::${OIDC_ACCOUNT}:root`) })]),
      );
    const [first] = more.filter((r) => r.ours);
    if (protects && first) estate.manifest.protected = [`arn:aws:iam::${MEMBER_ACCOUNT}:role/${first.name}`];
    const extensions = [{ name: 'EntraPermissionsManagement', isEnabled: 'True' as const }];
    if (defender) estate.objects.push({ kind: 'azure-defender-plan', ours: false, subscription: SUBSCRIPTION, extensions });
    const resources = bicep ? [READER_ASSIGNMENT] : [];
    estate.objects.push({
      kind: 'azure-deployment-stack',
      ours: false,
      name: 'landing',
      scope: `/subscriptions/${SUBSCRIPTION}`,
      resources,
    });
    if (denied) addMember(estate, DENIED_ACCOUNT);
    return estate;
  });

test('what is removed was planned, what is planned is ours, and nothing else is changed', async () => {
  await fc.assert(
    fc.asyncProperty(estates, async (estate) => {
      await abandonRun(stage);
      const run = await startedRun(stage, estate);
      const handle = stage.session.client.workflow.getHandle<typeof offboarding>(run);
      const result = await attend(
        handle,
        playedPeople(stage.session, APPROVER, stage.sandbox.client, () => undefined),
        () => undefined,
      );
      const { plan, summary } = await recordsOf(new WorkersRecords(stage.session), run);
      const items = (plan?.items ?? []).filter((i) => i.kind !== UNREAD_SYSTEM).map((i) => i.id);
      const removed = await removedBy(stage, result.run);
      expect(expectedFindings(estate)).toEqual(expect.arrayContaining(items));
      expect(items).toEqual(expect.arrayContaining(removed));
      expect(removed.length).toBeGreaterThan(0);
      const waived = summary.items.filter((i) => i.waived).map((i) => i.item);
      expect(removed.filter((id) => waived.includes(id))).toEqual([]);
      const guarded = (plan?.items ?? []).filter((i) => i.guard).map((i) => i.id);
      expect((await intentsOf(stage, result.run)).filter((id) => guarded.includes(id))).toEqual([]);
      const kept = (estate.manifest.protected ?? []).map((arn) => `aws-role:${arn}`);
      expect((await intentsOf(stage, result.run)).filter((id) => kept.includes(id) || !items.includes(id))).toEqual([]);
      expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
      // The sandbox gives a role of the same name the same id: what this run left would be carried over into the next, which is another estate.
      await stage.deps.journal.store.remove(result.run);
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 240_000);
