import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DetachRolePolicyCommand, DeleteRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
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
        .poll(() => client.send(new GetRoleCommand({ RoleName })).catch((e: Error) => e.name), { timeout: 5000, interval: 200 })
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
  });
});
