import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attend } from '../../client/demo/attend.ts';
import { playedPeople } from '../../client/demo/played.ts';
import { recordsOf } from '../../client/records.ts';
import { UNKNOWN_SCOPE } from '../../model/plan.ts';
import type { offboarding } from '../../workflows/offboarding.ts';
import { abandonRun } from '../harness/abandon.ts';
import { addMember, MEMBER_ACCOUNT, OIDC_ACCOUNT, smallEstate, SUBSCRIPTION, type TestEstate } from '../harness/estate.ts';
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
const roles = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), ours: fc.boolean() }), { selector: (r) => r.name, maxLength: 4 });
const DENIED_ACCOUNT = '777700001111';

/** The small estate with more roles in it, something protected, Defender or not, and perhaps an account that cannot be entered. */
const estates = fc
  .record({ roles, protects: fc.boolean(), defender: fc.boolean(), denied: fc.boolean() })
  .map(({ roles: more, protects, defender, denied }): TestEstate => {
    const estate = smallEstate();
    estate.objects = estate.objects.filter((o) => o.kind !== 'aws-role' || !NAMES.includes((o as { name: string }).name));
    for (const { name, ours } of more)
      estate.objects.push(
        ours ? memberRole(name) : memberRole(name, { ours: false, trust: trusting(`arn:aws:iam::${OIDC_ACCOUNT}:root`) }),
      );
    const [first] = more.filter((r) => r.ours);
    if (protects && first) estate.manifest.protected = [`arn:aws:iam::${MEMBER_ACCOUNT}:role/${first.name}`];
    const extensions = [{ name: 'EntraPermissionsManagement', isEnabled: 'True' as const }];
    if (defender) estate.objects.push({ kind: 'azure-defender-plan', ours: false, subscription: SUBSCRIPTION, extensions });
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
      const { plan, summary } = await recordsOf(stage.env, run);
      const items = (plan?.items ?? []).filter((i) => i.kind !== UNKNOWN_SCOPE).map((i) => i.id);
      const removed = removedBy(stage, result.run);
      expect(expectedFindings(estate)).toEqual(expect.arrayContaining(items));
      expect(items).toEqual(expect.arrayContaining(removed));
      expect(removed.length).toBeGreaterThan(0);
      const waived = summary.items.filter((i) => i.waived).map((i) => i.item);
      expect(removed.filter((id) => waived.includes(id))).toEqual([]);
      const kept = (estate.manifest.protected ?? []).map((arn) => `aws-role:${arn}`);
      expect(intentsOf(stage, result.run).filter((id) => kept.includes(id) || !items.includes(id))).toEqual([]);
      expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 240_000);
