import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRecords } from '../../activities/records/open.ts';
import { buildPlan, planHash, type Plan } from '../../model/plan.ts';
import { runName } from '../../model/run-name.ts';
import type { RunSummary } from '../../model/summary.ts';
import { homeOf } from '../../security/files.ts';
import { loadKeys } from '../../security/keys.ts';
import { APPROVER, smallEstate, SUBSCRIPTION, TENANT } from '../harness/estate.ts';
import { finding, planInput } from '../model/findings.ts';
import { RUN } from './on-stage.ts';

/** A pipe takes 64 KB at once; a program that ends itself before the reader has taken the rest cuts it. */
const ITEMS = 1_500;
const LARGE = 200 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'offboard-pipe-'));
const env = { PATH: process.env['PATH'], NODE: process.execPath, OFFBOARD_HOME: join(folder, 'home') };
const scope = (n: number) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/group-${n}`;

/** A large run that there are only records of: no server is asked. */
beforeAll(async () => {
  const { journal, artifacts } = await openRecords(env, loadKeys(homeOf(env).keys, env), { create: true });
  const run = runName(RUN, '1');
  const findings = Array.from({ length: ITEMS }, (_, n) => {
    const id = `${scope(n)}/providers/Microsoft.Authorization/roleAssignments/${n}`;
    const system = `azure:/subscriptions/${SUBSCRIPTION}` as const;
    const kind = 'azure-role-assignment';
    return finding(`${n}`, { kind, system, id: `${kind}:${id}`, stage: kind, snapshot: { id, scope: scope(n) } });
  });
  const manifest = await artifacts.put(run, smallEstate().manifest);
  const plan = buildPlan(
    planInput(findings, { tenantId: TENANT, manifestHash: manifest, maxItems: ITEMS, orders: { azure: ['azure-role-assignment'] } }),
  );
  await journal.append(run, { type: 'run-started', workflowId: RUN, startedBy: APPROVER, manifestHash: manifest, tenantId: TENANT });
  await journal.append(run, { type: 'plan', planHash: planHash(plan), artifact: await artifacts.put(run, plan), items: ITEMS });
  await journal.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What arrives at a reader that takes its time. */
async function piped(...args: string[]): Promise<string> {
  const line = 'set -o pipefail; "$NODE" client/main.ts "$@" | { sleep 2; cat; }';
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', line, 'bash', ...args], { env, maxBuffer: 64 * LARGE });
  expect(stdout.length).toBeGreaterThan(LARGE);
  return stdout;
}

test('a plan as JSON arrives whole at a slow reader of a pipe', async () => {
  const { plan } = JSON.parse(await piped('records', 'plan', RUN, '--json')) as { plan: Plan };
  expect(plan.items).toHaveLength(ITEMS);
});

test('a removal script arrives whole, with its last command', async () => {
  const script = await piped('records', 'plan', RUN, '--format', 'sh');
  expect(script.match(/^az role assignment delete/gm)).toHaveLength(ITEMS);
});

test('a report as JSON arrives whole', async () => {
  const summary = JSON.parse(await piped('records', 'report', RUN, '--json')) as RunSummary;
  expect(summary.items).toHaveLength(ITEMS);
});

test('a reader that goes away early is no fault of the program', async () => {
  const line = '"$NODE" client/main.ts "$@" | head -c 10';
  const { stderr } = await promisify(execFile)('bash', ['--norc', '-c', line, 'bash', 'records', 'plan', RUN, '--json'], { env });
  expect(stderr).toBe('');
});
