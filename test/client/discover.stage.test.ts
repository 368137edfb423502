import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../model/plan.ts';
import type { SuccessorExport } from '../../model/successor-export.ts';
import { EVERYWHERE, MANAGEMENT, stageForDiscoveries } from '../harness/discoveries.ts';
import { expectedFindings } from '../harness/ours.ts';
import type { CliResult } from '../harness/stage.ts';
import { expectNothingChanged, expectRefused } from './on-stage.ts';

type Objects = { kind: string; id?: string; state?: string; management?: boolean; deny?: string[] }[];

const { estate, stage, folder, written, discover, inventoryIn } = stageForDiscoveries();
const TENANT = estate.manifest.tenant.id;
const PEOPLE = ['--successor', 'Delinea', '--since', '2025-06-30', '--attested-by', 'dana', '--approver', 'sam', '--approver', 'riley'];

const certainIn = (name: string) =>
  inventoryIn(name)
    .findings.filter((f) => f.confidence === 'certain')
    .map((f) => f.id)
    .toSorted();

describe('A whole estate', () => {
  let whole: CliResult;
  beforeAll(async () => {
    whole = await discover(...PEOPLE, '--out', folder('whole'));
  });

  test('is found from a tenant id: all and only what onboarding left, without any change', async () => {
    expect(whole).toMatchObject({ code: 0 });
    // Only the manifest says of one policy, which was renamed, whose it is.
    expect(certainIn('whole')).toEqual(expectedFindings(estate).filter((id) => !id.endsWith(':policy/contoso-okta-read')));
    await expectNothingChanged(stage);
  });

  test('is told with a reason and a risk for each finding, rights over rights first', () => {
    const { findings, stays, systems } = inventoryIn('whole');
    expect(findings.every((f) => f.why.length > 0)).toBe(true);
    const risks = findings.map((f) => f.risk);
    const inOrder = ['takeover', 'write', 'read', 'none'].flatMap((risk) => risks.filter((r) => r === risk));
    expect(risks).toEqual(inOrder);
    expect(risks[0]).toBe('takeover');
    expect(stays.find((s) => s.id.endsWith(':role/DefenderForCloud-OidcCiem'))?.reason).toMatch(/belongs to Microsoft Defender for Cloud/);
    expect(systems.every((s) => s.state === 'read')).toBe(true);
    expect(systems).toContainEqual({
      system: 'gcp:projects/contoso-web',
      name: 'contoso-web',
      parent: 'gcp:folders/618204457731',
      state: 'read',
      findings: 0,
      // By what the organisation and the folder hold.
      monitored: 'yes',
    });
  });

  test('becomes a manifest that start takes as it is, and a plan of the same things', async () => {
    const manifest = join(folder('whole'), 'manifest.yaml');
    const { code, err } = await stage.offboard('start', manifest, '--by', 'sam', '--dry-run');
    expect({ code, err }).toMatchObject({ code: 0 });
    const run = `offboarding-dry-run-${TENANT}`;
    const { status, reason } = (await stage.session.client.workflow.getHandle(run).result()) as { status: string; reason: string };
    expect({ status, reason }).toMatchObject({ status: 'dry-run' });
    const shown = await stage.offboard('plan', run, '--format', 'json');
    const { plan } = JSON.parse(shown.out) as { plan: Plan };
    expect(plan.items.map((i) => i.id).toSorted()).toEqual(certainIn('whole'));
    expect(plan.unknown).toEqual([]);
  });

  test('tells the guide’s notes: administrators, collectors, and that Graph no longer lists authorization systems', () => {
    const { notes, collectors } = inventoryIn('whole');
    expect(notes.administrators).toEqual({ direct: ['dana.otp@contoso.example'], eligible: [] });
    expect(notes.authorizationSystems.gone).toMatch(/404/);
    expect(notes).toMatchObject({ groupAccess: [], customReports: [], alerts: [] });
    expect(collectors.from).toBe('portal');
    expect(written('whole', 'manifest.yaml')).toContain('recipient: dana.otp@contoso.example');
  });

  test('is never written over what is there', async () => {
    const before = written('whole', 'manifest.yaml');
    const again = await discover(...EVERYWHERE, '--out', folder('whole'));
    expectRefused(again, 'InvalidValue', '--out', 'manifest.yaml is there already');
    expect(written('whole', 'manifest.yaml')).toBe(before);
  });

  test('is exported for a successor from its folder and from its workflow alike', async () => {
    const fromFolder = await stage.offboard('inventory', folder('whole'), '--for', 'successor');
    const fromRun = await stage.offboard('inventory', `discovery-${TENANT}`, '--for', 'successor', '--format', 'json');
    expect(fromFolder).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(fromRun.out)).toEqual(JSON.parse(fromFolder.out));
    const { complete, aws, azure, gcp } = JSON.parse(fromFolder.out) as SuccessorExport;
    expect(complete).toBe(true);
    expect(aws.managementAccount).toBe(MANAGEMENT);
    expect(aws.systems.map((s) => s.id)).toEqual((estate.objects as Objects).filter((o) => o.kind === 'aws-account').map((o) => o.id));
    expect(aws.access.filter((a) => a.part !== undefined && a.part !== 'member').map((a) => [a.part, a.system, a.id])).toEqual([
      ['oidc', '210987654301', 'arn:aws:iam::210987654301:role/contoso-ciem-oidc-connect'],
      ['management', '210987654302', 'arn:aws:iam::210987654302:role/mciem-management-account-role'],
      ['logging', '210987654303', 'arn:aws:iam::210987654303:role/mciem-cloudtrail-account-role'],
    ]);
    expect(azure.systems).toContainEqual({
      type: 'subscription',
      id: 'a1c3d5e7-0002-4b2d-8f10-c0ffee000002',
      name: 'Staging',
      parent: 'contoso-corp',
      state: 'read',
      monitored: 'yes',
    });
    expect(gcp.systems.map((s) => s.type)).toEqual(['folder', 'organization', 'project', 'project', 'project', 'project']);
  });
});

describe('What Permissions Management itself still lists', () => {
  afterEach(() => stage.sandbox.fill(estate));

  test('is noted, gives collectors to be deleted by hand, and warns of what nobody looked at', async () => {
    const portal = process.env['OFFBOARD_PORTAL_URL'];
    const other = structuredClone(estate);
    const listed = { kind: 'entra-authorization-system', ours: false, type: 'aws', permissionsModificationCapability: 'enabled' } as const;
    other.objects.push({ ...listed, id: '999900001111', name: 'Forgotten' }, { ...listed, id: MANAGEMENT, name: 'Contoso root' });
    await stage.sandbox.fill(other);
    delete process.env['OFFBOARD_PORTAL_URL'];
    const { code, out } = await discover(...EVERYWHERE, '--without', 'azure', '--out', folder('listed')).finally(
      () => (process.env['OFFBOARD_PORTAL_URL'] = portal),
    );
    expect(code).toBe(0);
    expect(out).toContain('WARNING: Permissions Management lists aws 999900001111, which nobody looked at');
    const { notes, collectors } = inventoryIn('listed');
    expect(notes.authorizationSystems.listed).toContainEqual({ type: 'aws', id: MANAGEMENT, name: 'Contoso root', controller: 'enabled' });
    expect(collectors.from).toBe('graph');
    expect(collectors.listed).toContainEqual({ id: 'aws-1', type: 'aws', driver: 'operator' });
  });
});

describe('Two discoveries of a tenant at once', () => {
  test('are one: the second attaches to the first, says so, and both get its inventory', async () => {
    await stage.stopWorker();
    await stage.session.client.workflow.start('discovery', {
      workflowId: `discovery-${TENANT}`,
      taskQueue: stage.taskQueue,
      args: [{ scope: { tenant: { id: TENANT } } }],
    });
    await stage.startWorker();
    const { code, err } = await discover(...EVERYWHERE, '--out', folder('attached'));
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('is going on already') as unknown });
    expect(inventoryIn('attached').notAsked).toEqual(['aws', 'azure', 'gcp']);
  });

  test('a scope that only a hand-made start could hold is refused by the worker, too', async () => {
    const handle = await stage.session.client.workflow.start('discovery', {
      workflowId: `discovery-${TENANT}`,
      taskQueue: stage.taskQueue,
      args: [{ scope: { tenant: { id: TENANT }, aws: { members: [], assumeRole: 'x' } } }],
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { cause: { message: expect.stringContaining('aws.members') as unknown } },
    });
    expectRefused(await stage.offboard('inventory', `discovery-${TENANT}`), 'InvalidValue', 'ended without an inventory', 'aws.members');
  });
});

describe('Without people, portal or AWS', () => {
  test('what is missing stands in the manifest as comments, and start refuses, naming the field', async () => {
    const portal = process.env['OFFBOARD_PORTAL_URL'];
    delete process.env['OFFBOARD_PORTAL_URL'];
    const { code, out } = await discover('--without', 'aws,gcp', '--by', 'kim', '--out', folder('bare')).finally(
      () => (process.env['OFFBOARD_PORTAL_URL'] = portal),
    );
    expect(code).toBe(0);
    expect(out).toContain('AWS: LEFT OUT by kim (--without aws)');
    expect(out).toContain('Fill in successor, approvers in ');
    expect(inventoryIn('bare')).toMatchObject({ by: 'kim', notAsked: ['aws', 'gcp'] });
    expect(written('bare', 'manifest.yaml')).toMatch(/^# aws: left out of the discovery by kim/m);
    expect((await stage.offboard('status', `discovery-${TENANT}`)).out).toMatch(/started \S+ by kim, ended/);
    // By its two OIDC applications and its assignments; the portal's collectors are attested as gone.
    expect(inventoryIn('bare').collectors).toEqual({
      from: 'findings',
      listed: ['aws', 'azure', 'gcp'].map((type) => ({ id: `${type}-1`, type, driver: 'retired' })),
    });
    const manifest = join(folder('bare'), 'manifest.yaml');
    expectRefused(await stage.offboard('start', manifest, '--by', 'sam'), 'MissingSuccessor', 'successor');
    const text = written('bare', 'manifest.yaml').replace(
      /^# successor: \{ vendor: .*$/m,
      "successor: { vendor: Delinea, since: '2025-06-30', attestedBy: dana }",
    );
    writeFileSync(manifest, text);
    expectRefused(await stage.offboard('start', manifest, '--by', 'sam'), 'InvalidValue', 'approvers');
    writeFileSync(manifest, text.replace(/^# approvers: .*$/m, 'approvers: [sam, riley]'));
    expect(await stage.offboard('start', manifest, '--by', 'sam', '--dry-run')).toMatchObject({ code: 0 });
  });
});
