import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, describe, expect, test } from 'vitest';
import { EVERYWHERE, MANAGEMENT, stageForDiscoveries } from '../harness/discoveries.ts';
import { workerProcess } from '../harness/worker-process.ts';

const SUSPENDED = '210987654313';

type Objects = { kind: string; id?: string; state?: string; management?: boolean; deny?: string[] }[];

const { estate, stage, folder, written, discover, inventoryIn } = stageForDiscoveries('5d1f7c20-9a64-4e0b-8b3f-2f60aa51c1e7');

describe('A part that cannot be read', () => {
  afterEach(() => stage.sandbox.fill(estate));

  const changed = async (edit: (objects: Objects) => void) => {
    const other = structuredClone(estate);
    edit(other.objects as Objects);
    await stage.sandbox.fill(other);
  };
  const one = (objects: Objects, kind: string, id: string) => objects.find((o) => o.kind === kind && o.id === id) as Objects[number];

  test('a listing that is denied is unknown, said loudly, and ends with its own exit code', async () => {
    await changed((objects) => (one(objects, 'gcp-folder', '618204457731').deny = ['resourcemanager.projects.list']));
    const { code, err } = await discover(...EVERYWHERE, '--out', folder('denied'));
    expect(code).toBe(3);
    expect(err).toMatch(/NOT EVERYTHING COULD BE READ: nothing is known about 1 scope, so nobody can say that nothing is left/);
    expect(err).toContain('gcp:folders/618204457731');
    expect(inventoryIn('denied').unknown.map((u) => u.system)).toEqual(['gcp:folders/618204457731']);
    expect(written('denied', 'manifest.yaml')).toMatch(/^# .*1 COULD NOT BE READ OR LISTED/m);
    expect(written('denied', 'inventory.csv')).toContain('"unknown","gcp","gcp:folders/618204457731"');
    const exported = await stage.offboard('inventory', folder('denied'), '--for', 'successor');
    expect(exported.code).toBe(3);
    expect(JSON.parse(exported.out)).toMatchObject({ complete: false });
  });

  test('what is left out by an option is neither read nor unknown; screen, files and manifest say that nothing is known of it', async () => {
    const out = ['--exclude', 'folders=618204457731', '--exclude', 'accounts=2109876543*3'];
    const { code, out: told } = await discover(...EVERYWHERE, ...out, '--out', folder('left-out'));
    expect(code).toBe(0);
    expect(told).toMatch(/^NOTE: nothing is known of \d+ systems left out of the discovery \(exclude\./m);
    const { excluded = [], systems, unknown } = inventoryIn('left-out');
    expect(unknown).toEqual([]);
    expect(excluded.map((e) => e.system)).toEqual(expect.arrayContaining(['gcp:folders/618204457731', `aws:${SUSPENDED}`]));
    expect(systems.filter((s) => excluded.some((e) => e.system === s.system))).toEqual([]);
    expect(written('left-out', 'inventory.csv')).toContain(`"excluded","aws","aws:${SUSPENDED}"`);
    const { exclude } = parse(written('left-out', 'manifest.yaml')) as { exclude?: object };
    expect(exclude).toEqual({ folders: ['618204457731'], accounts: ['2109876543*3'] });
    const exported = await stage.offboard('inventory', folder('left-out'), '--for', 'successor');
    expect(JSON.parse(exported.out)).toMatchObject({ complete: false });
  });

  test('an organisation that may not be listed is unknown as a whole', async () => {
    await changed((objects) => (one(objects, 'aws-account', MANAGEMENT).management = false));
    const { code, err } = await discover(...EVERYWHERE, '--out', folder('no-organization'));
    expect(code).toBe(3);
    expect(err).toContain(`aws:organization of ${MANAGEMENT}`);
  });

  test('a suspended account is left, with the reason, and is neither unknown nor read', async () => {
    await changed((objects) => (one(objects, 'aws-account', SUSPENDED).state = 'suspended'));
    const { code, out } = await discover(...EVERYWHERE, '--out', folder('suspended'));
    expect(code).toBe(0);
    expect(out).toMatch(/Not looked at: 1\n {2}aws:210987654313: the account is suspended/);
    expect(inventoryIn('suspended').systems.find((s) => s.system === `aws:${SUSPENDED}`)).toMatchObject({ state: 'left' });
  });

  test('an organisation whose description is denied is unknown with the mend, and no section is guessed into the manifest', async () => {
    await changed((objects) => (one(objects, 'aws-account', MANAGEMENT).deny = ['organizations:DescribeOrganization']));
    const people = ['--successor', 'Delinea', '--since', '2025-06-30', '--attested-by', 'kim', '--approver', 'riley', '--recipient', 'kim'];
    const { code, err } = await discover('--without', 'azure,gcp', ...people, '--out', folder('undescribed'));
    expect(code).toBe(3);
    expect(err).toMatch(/organization of the worker's account: .*AccessDenied.*--aws-management-account, or say --without aws/);
    expect(written('undescribed', 'manifest.yaml')).toMatch(/^# FILL IN this section .*\naws: FILL IN$/m);
    const started = await stage.offboard('start', join(folder('undescribed'), 'manifest.yaml'), '--by', 'sam');
    expect(started).toMatchObject({ code: 13, err: expect.stringContaining(': aws: is text; write fields') as string });
  });

  test('an account in no organisation is looked at alone, and loudly unknown where it cannot be entered', async () => {
    await changed((objects) => (one(objects, 'aws-account', MANAGEMENT).management = false));
    const { code } = await discover('--without', 'azure,gcp', '--out', folder('alone'));
    expect(code).toBe(3);
    expect(inventoryIn('alone').unknown).toEqual([
      { system: 'aws:999988887777', reason: expect.stringContaining('AccessDenied') as unknown },
    ]);
  });

  test('without credentials for AWS it is unknown, in words of its own; so is Google Cloud without credentials for it', async () => {
    const kept = { ...process.env };
    await stage.stopWorker();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'GOOGLE_APPLICATION_CREDENTIALS']) delete process.env[name];
    // Nor are there any where the clouds' libraries look besides.
    const none = {
      HOME: stage.folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      CLOUDSDK_CONFIG: stage.folder,
      METADATA_SERVER_DETECTION: 'none',
    };
    Object.assign(process.env, none);
    const worker = await workerProcess(stage);
    try {
      const { code, out, err } = await discover('--without', 'azure', '--out', folder('no-credentials'));
      expect(code).toBe(3);
      expect(err).toMatch(/organization of the worker's account: .*Could not load credentials/);
      expect(err).toMatch(/gcp:all that the worker can see: .*NoCredentials/);
      // Each cause once, with its mend; no zeros, nothing to waive or to leave out for want of a sign-in alone.
      expect(err.match(/Could not load credentials/g)).toHaveLength(1);
      expect(err.match(/NoCredentials/g)).toHaveLength(1);
      expect(out).toMatch(/^AWS: not known .*\n\nGoogle Cloud: not known /m);
      for (const told of [out, err, written('no-credentials', 'manifest.yaml')])
        expect(told).not.toMatch(/AWS: 0 systems|certain: 0|waive|--without (aws|gcp)|take the line out/);
      expect(inventoryIn('no-credentials').systems.filter((s) => s.system.startsWith('gcp:'))).toEqual([]);
    } finally {
      await worker.stop();
      for (const name of Object.keys(none)) delete process.env[name];
      Object.assign(process.env, kept);
      await stage.startWorker();
    }
  });

  test('with credentials that AWS and Entra refuse both are unknown, each cause once a cloud, and nothing is offered to waive or to leave out', async () => {
    const kept = { ...process.env };
    await stage.stopWorker();
    Object.assign(process.env, { AWS_SECRET_ACCESS_KEY: 'wrong', AZURE_CLIENT_SECRET: 'wrong' });
    const worker = await workerProcess(stage);
    try {
      const { code, out, err } = await discover('--without', 'gcp', '--out', folder('refused-credentials'));
      expect(code).toBe(3);
      for (const cloud of ['AWS', 'Azure', 'Entra ID']) expect(out).toMatch(new RegExp(`^${cloud}: not known `, 'm'));
      // Once for each cloud.
      expect(err.match(/the worker's secret key does not belong to its access key/g)).toHaveLength(1);
      expect(err.match(/Invalid client secret provided/g)).toHaveLength(2);
      for (const told of [out, err, written('refused-credentials', 'manifest.yaml')])
        expect(told).not.toMatch(/AWS: 0 systems|certain: 0|waive|amend|--without (aws|azure)|take the line out/);
      // Each code once a line.
      expect(out + err).not.toMatch(/(\b[A-Z]\w+: )\1/);
    } finally {
      await worker.stop();
      Object.assign(process.env, kept);
      await stage.startWorker();
    }
  });

  test('without sight of the organisation the projects are read, and what is above them is unknown', async () => {
    await changed((objects) => (one(objects, 'gcp-organization', '504113872240').deny = ['resourcemanager.organizations.get']));
    const { code, err } = await discover('--without', 'aws,azure', '--out', folder('no-sight'));
    expect(code).toBe(3);
    expect(err).toContain('gcp:organizations/504113872240: the worker cannot see');
    expect(inventoryIn('no-sight').systems.filter((s) => s.system.startsWith('gcp:projects/'))).toHaveLength(4);
  });

  test('where nothing of Google Cloud is visible all of it is unknown, never empty', async () => {
    await changed((objects) => {
      for (const o of objects) {
        if (o.kind === 'gcp-organization') o.deny = ['resourcemanager.organizations.get'];
        if (o.kind === 'gcp-project') o.deny = ['resourcemanager.projects.get'];
      }
    });
    const { code, err } = await discover('--without', 'aws,azure', '--out', folder('nothing'));
    expect(code).toBe(3);
    expect(err).toMatch(/gcp:all that the worker can see: .*neither an organisation nor a project.*--without gcp/);
  });
});
