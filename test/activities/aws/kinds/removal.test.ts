import { AWS_ORDER } from '../../../../activities/aws/order.ts';
import { byStage } from '../../../../model/order.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../../activities/aws/cloud.ts';
import { fingerprint } from '../../../../model/canonical.ts';
import type { Finding } from '../../../../model/finding.ts';
import { systemsOf } from '../../../../model/manifest-systems.ts';
import type { SystemId } from '../../../../model/names.ts';
import { FACTS, defaultManifest, planned } from '../../planned.ts';
import { sandboxHere, type SandboxHere } from '../../../sandbox/sandbox-here.ts';

const cloud = awsCloud();
const context = { manifest: defaultManifest() };
const systems = systemsOf(context.manifest).filter((s) => s.startsWith('aws:'));
let sandbox: SandboxHere;

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
});
afterAll(() => sandbox.stop());

async function findAll() {
  const snapshots = await Promise.all(systems.map(async (s) => cloud.read(await cloud.connect(s, context), s, context)));
  const told = snapshots.flatMap((s) => cloud.facts(s, FACTS.tenantId, FACTS.issuer).awsOidcRoles ?? []);
  const matches = snapshots.flatMap((s) => cloud.kinds.map((k) => k.match(s, { ...FACTS, awsOidcRoles: told })));
  return { findings: matches.flatMap((m) => m.findings), bystanders: matches.flatMap((m) => m.bystanders), told };
}

function kindOf(finding: Finding) {
  const kind = cloud.kinds.find((k) => k.name === finding.kind);
  if (!kind) throw new Error(`no kind ${finding.kind}`);
  return kind;
}

test('the worker’s credentials reach every account the manifest names', async () => {
  expect(systems).toHaveLength(6);
  for (const system of systems) await cloud.probe(await cloud.connect(system, context), system);
});

test('an account the worker may not enter is blocked as denied, and the role is named', async () => {
  const system: SystemId = 'aws:000011112222';
  const error = await cloud.probe(await cloud.connect(system, context), system).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({
    kind: 'blocked',
    code: 'AccessDenied',
    message: expect.stringContaining('arn:aws:iam::000011112222:role/offboarding-entry') as unknown,
  });
});

test('a session that is in another account than asked for is refused', async () => {
  const [first, second] = systems as [SystemId, SystemId];
  const api = await cloud.connect(first, context);
  const error = await cloud.probe({ ...api, account: second.slice(4) }, second).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'WrongAccount' });
});

test('exactly what is ours is found, read back just as planned, removed in order, and gone; nothing else changes', async () => {
  const { findings, bystanders, told } = await findAll();
  expect(told).toHaveLength(2);
  const { ours } = await sandbox.report();
  expect(findings.map((f) => f.id).toSorted()).toEqual(ours.left.filter((key) => key.startsWith('aws-')).toSorted());
  // The Okta add-on's goes only because the manifest names it.
  const named = defaultManifest().overrides.map((o) => o.item);
  const doubtful = findings.filter((f) => f.confidence !== 'certain' || f.hold !== undefined);
  expect(doubtful.map((f) => f.id).toSorted()).toEqual(named.toSorted());
  expect(bystanders.map((s) => s.id)).toContain('aws-policy:arn:aws:iam::210987654302:policy/contoso-org-read');

  const order = findings.toSorted((a, b) => byStage({ aws: AWS_ORDER }, a, b) || b.kind.localeCompare(a.kind));
  for (const finding of order) {
    const item = planned(finding);
    const kind = kindOf(finding);
    const api = await cloud.connect(item.system, context);
    const current = await kind.read(api, item);
    expect({ id: item.id, fingerprint: current && fingerprint(current) }).toEqual({ id: item.id, fingerprint: fingerprint(item.snapshot) });
    // IAM shows a deleted role as a policy's user for a moment.
    await expect
      .poll(
        () =>
          kind.remove(api, [item]).then(
            () => 'removed',
            (e: unknown) => cloud.classify(e),
          ),
        { interval: 10, timeout: 15_000 },
      )
      .toBe('removed');
    await expect.poll(() => kind.read(api, item), { interval: 10, timeout: 15_000 }).toBeUndefined();
    await kind.remove(api, [item]);
  }

  const after = await sandbox.report();
  expect(after.untouched.changed).toEqual([]);
  expect(after.ours.left.filter((key) => key.startsWith('aws-'))).toEqual([]);
  expect((await findAll()).findings).toEqual([]);
});
