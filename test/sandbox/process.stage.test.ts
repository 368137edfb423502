import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DetachRolePolicyCommand, DeleteRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../model/parse-manifest.ts';
import { parsePolicy } from '../../model/policy.ts';
import { iamClient } from './aws/clients.ts';
import { call, DEFAULT_ESTATE, startSandbox } from './start-sandbox.ts';

const MEMBER = '210987654311';
const SECURITY_AUDIT = 'arn:aws:iam::aws:policy/SecurityAudit';

describe('a restart', () => {
  test('comes back on the same port with the same state, and sessions made before still work', async () => {
    const first = await startSandbox();
    const client = await iamClient(first, MEMBER);
    await client.send(new DetachRolePolicyCommand({ RoleName: 'mciem-member-account-role', PolicyArn: SECURITY_AUDIT }));
    await client.send(new DeleteRoleCommand({ RoleName: 'mciem-member-account-role' }));
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');

    const second = await startSandbox({ state: first.state });
    try {
      expect(second.origin).toBe(first.origin);
      expect(second.environment).toEqual(first.environment);
      await expect(client.send(new GetRoleCommand({ RoleName: 'mciem-member-account-role' }))).rejects.toMatchObject({
        name: 'NoSuchEntityException',
      });
    } finally {
      await second.stop();
    }
  });
});

describe('the process', () => {
  test('ends when its parent closes its standard input', async () => {
    const sandbox = await startSandbox();
    sandbox.process.stdin?.end();
    const [code] = (await once(sandbox.process, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  test('keeps its keys and credentials to its own user', async () => {
    const sandbox = await startSandbox();
    try {
      for (const file of ['server-key.pem', 'state.json', 'worker.env.json'])
        expect(statSync(join(sandbox.state, file)).mode & 0o777).toBe(0o600);
      expect((await call(sandbox, 'GET', '/sandbox/health')).json()).toEqual({ status: 'ok' });
    } finally {
      await sandbox.stop();
    }
  });

  test('shows a person at its address everything that is made for people', async () => {
    const sandbox = await startSandbox();
    try {
      const page = await call(sandbox, 'GET', '/');
      expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      const links = [...page.text.matchAll(/href="([^"]+)"/g)].map((m) => m[1] as string);
      expect(new Set(links)).toEqual(new Set(['/portal', '/mail', '/sandbox/report', '/sandbox/health']));
      for (const link of links) expect((await call(sandbox, 'GET', link)).status).toBe(200);
    } finally {
      await sandbox.stop();
    }
  });

  test('writes what an operator needs to take it for the clouds: environment to be sourced, manifest and policy', async () => {
    const sandbox = await startSandbox();
    try {
      const sourced = spawnSync('sh', ['-c', `. '${join(sandbox.state, 'worker.env')}' && env`], { encoding: 'utf8', env: {} });
      for (const [name, value] of Object.entries(sandbox.environment)) expect(sourced.stdout).toContain(`${name}=${value}\n`);
      expect(statSync(join(sandbox.state, 'worker.env')).mode & 0o777).toBe(0o600);
      const manifest = parseManifest('manifest.yaml', readFileSync(join(sandbox.state, 'manifest.yaml'), 'utf8'));
      expect(manifest.tenant.id).toBe(sandbox.environment['AZURE_TENANT_ID']);
      expect(parsePolicy('policy.yaml', readFileSync(join(sandbox.state, 'policy.yaml'), 'utf8')).approvers).toEqual(manifest.approvers);
    } finally {
      await sandbox.stop();
    }
  });

  test('says what to do when the port it had is taken', async () => {
    const first = await startSandbox();
    await first.stop();
    const other = createServer().listen(Number(new URL(first.origin).port), '127.0.0.1');
    await once(other, 'listening');
    try {
      const again = startSandbox({ state: first.state });
      await expect(again).rejects.toThrow(/port \d+ is taken; is this sandbox running already\?.*or remove .*port, and it takes another/);
    } finally {
      other.close();
    }
  });

  test('tells how it is started when asked, and starts nothing', () => {
    const main = join(import.meta.dirname, '../../sandbox/main.ts');
    const { status, stdout } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
    expect(status).toBe(0);
    for (const option of ['--state DIR', '--estate FILE', '--port N', '--linger MS', '--quotas WHICH', '--parent', 'worker.env'])
      expect(stdout).toContain(option);
  });

  test('a deleted role stays visible to reads for a moment', async () => {
    const sandbox = await startSandbox({ lingerMs: 1500 });
    try {
      const client = await iamClient(sandbox, MEMBER);
      const RoleName = 'mciem-member-account-role';
      await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: SECURITY_AUDIT }));
      await client.send(new DeleteRoleCommand({ RoleName }));
      expect((await client.send(new GetRoleCommand({ RoleName }))).Role?.RoleName).toBe(RoleName);
      await expect(client.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      await expect
        .poll(() => client.send(new GetRoleCommand({ RoleName })).catch((e: Error) => e.name), { timeout: 60_000, interval: 200 })
        .toBe('NoSuchEntityException');
    } finally {
      await sandbox.stop();
    }
  });

  test('a wrong command line or estate is told without a stack and with exit code 2', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const estate = join(directory, 'estate.yaml');
    writeFileSync(estate, 'manifest: {}\nobjects:\n  - { kind: aws-account, ours: false, id: "12", entryRole: x }\n');
    const main = join(import.meta.dirname, '../../sandbox/main.ts');
    const start = (...options: string[]) => spawnSync(process.execPath, [main, ...options], { encoding: 'utf8' });
    const bad = start('--state', directory, '--estate', estate);
    expect(bad.status).toBe(2);
    expect(bad.stderr).toContain(`${estate}:3: objects[0].id: an AWS account id has 12 digits`);
    expect(bad.stderr).not.toContain('    at ');
    expect(start('--state', directory, '--estate', DEFAULT_ESTATE, '--port', 'http').stderr).toContain('--port is a whole number');
    const quotas = start('--state', directory, '--estate', DEFAULT_ESTATE, '--quotas', 'many');
    expect([quotas.status, quotas.stderr]).toEqual([2, expect.stringContaining('--quotas takes published, or rules as JSON') as string]);
  });
});
