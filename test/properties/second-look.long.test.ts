import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeReadings } from '../../activities/discover/judge.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType } from '../../model/names.ts';
import { buildPlan } from '../../model/plan.ts';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { abandonRun } from '../harness/abandon.ts';
import {
  CIEM_PRINCIPAL,
  MEMBER_ACCOUNT,
  MEMBER_ROLE_ARN,
  OIDC_ACCOUNT,
  OIDC_ROLE_ARN,
  READER_ASSIGNMENT,
  smallEstate,
  SUBSCRIPTION,
  TENANT,
  type TestEstate,
} from '../harness/estate.ts';
import { addGcp, MEPM_ACCOUNT, PROJECT } from '../harness/gcp.ts';
import { memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, planOf, startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const CONTROLLER = `arn:aws:iam::${MEMBER_ACCOUNT}:policy/ciem-controller-${TENANT}`;
const service = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const ACCOUNT_RESOURCE = `projects/${PROJECT}/serviceAccounts/${MEPM_ACCOUNT}`;

type Change = { add: Record<string, unknown> & { kind: string } } | { edit: string; to: object };

/** What somebody else may do between plan and approval: things that others are given, and things that are changed themselves. */
const CHANGES: Change[] = [
  { add: { kind: 'aws-role', account: MEMBER_ACCOUNT, name: 'newcomer', trust: trusting(OIDC_ROLE_ARN) } },
  { add: { kind: 'aws-role', account: MEMBER_ACCOUNT, name: 'platform', trust: service, attached: [CONTROLLER] } },
  { add: { kind: 'aws-oidc-client-id', account: OIDC_ACCOUNT, url: `sts.windows.net/${TENANT}/`, clientId: 'api://payroll' } },
  {
    add: {
      kind: 'azure-defender-plan',
      subscription: SUBSCRIPTION,
      extensions: [{ name: 'EntraPermissionsManagement', isEnabled: 'True' }],
    },
  },
  { add: { kind: 'azure-deployment-stack', name: 'landing', scope: `/subscriptions/${SUBSCRIPTION}`, resources: [READER_ASSIGNMENT] } },
  {
    add: {
      kind: 'gcp-provider',
      project: PROJECT,
      pool: 'mciem-wi-pool',
      id: 'github',
      issuer: 'https://token.actions.githubusercontent.com',
    },
  },
  {
    add: {
      kind: 'gcp-binding',
      resource: ACCOUNT_RESOURCE,
      role: 'roles/iam.serviceAccountTokenCreator',
      members: ['group:sre@contoso.example'],
    },
  },
  { edit: `aws-role:${MEMBER_ROLE_ARN}`, to: { lastUsed: new Date().toISOString() } },
  { edit: memberItem('shared'), to: { trust: trusting('arn:aws:iam::999900001111:root') } },
  { edit: `aws-role:${OIDC_ROLE_ARN}`, to: { trust: trusting('arn:aws:iam::999900001111:root') } },
  { edit: `entra-service-principal:${CIEM_PRINCIPAL}`, to: { signIns: { application: new Date().toISOString() } } },
];

function estate(): TestEstate {
  const small = addGcp(smallEstate());
  const versions = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:AttachRolePolicy', Resource: '*' }] }];
  small.objects.push(
    { kind: 'aws-policy', ours: true, account: MEMBER_ACCOUNT, name: `ciem-controller-${TENANT}`, versions },
    memberRole('controller', { attached: [CONTROLLER] }),
    memberRole('shared'),
  );
  return small;
}

/** Items that a plan made of what stands now would remove without asking anybody. */
async function freeNow(written: TestEstate): Promise<string[]> {
  const manifest = ManifestSchema.parse(written.manifest);
  const snapshots = new Map<string, unknown>();
  for (const system of systemsOf(manifest)) {
    const cloud = stage.deps.clouds[systemType(system)];
    const context = { manifest, ciemPrincipalId: CIEM_PRINCIPAL };
    snapshots.set(system, await cloud.read(await cloud.connect(system, context), system, context));
  }
  const readings = systemsOf(manifest).map((system) => ({ system, artifact: system }));
  const { match, facts, orders, unknown } = await judgeReadings(stage.deps, manifest, readings, (r) =>
    Promise.resolve(snapshots.get(r.system)),
  );
  const none = { protected: [], overrides: [], leftAlone: [], pilot: [], kindCounts: [], maxItems: Infinity, maxPercent: 100 };
  const plan = buildPlan({ ...none, ...match, tenantId: TENANT, manifestHash: '', unknown, facts, orders });
  return plan.items.filter((i) => i.guard === undefined).map((i) => i.id);
}

test('whatever others do between plan and removal, nothing goes that a plan made just then would not remove', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(CHANGES, { minLength: 1, maxLength: 4 }), async (changes) => {
      await abandonRun(stage);
      const written = estate();
      const run = await startedRun(stage, written);
      const planned = (await planOf(stage, run)).items.map((i) => i.id);
      await stage.sandbox.change(({ entries }) => {
        for (const change of changes) {
          if ('edit' in change) Object.assign((entries[change.edit] as { object: object }).object, change.to);
          else {
            const object = EstateObjectSchema.parse({ ours: false, ...change.add });
            entries[objectKey(object)] = { object, initial: structuredClone(object) };
          }
        }
      });
      const free = await freeNow(written);
      const { run: journal } = await approveGate(stage, run, 'plan');
      await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items') || v.gate?.gate === 'collectors');
      const removed = await removedBy(stage, journal);
      expect(free).toEqual(expect.arrayContaining(removed));
      expect(planned).toEqual(expect.arrayContaining(removed));
      expect(removed.length).toBeGreaterThan(0);
      expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
      await stage.deps.journal.store.remove(journal);
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 240_000);
