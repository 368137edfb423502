import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { gcpCloud } from '../../activities/gcp/cloud.ts';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { addGcp, MEPM_ACCOUNT, PROJECT, WORKERS_ACCOUNT } from '../harness/gcp.ts';
import { approveGate, finish, planOf } from '../harness/people.ts';
import { intentsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

/** A run whose worker acts as this service account, by workload identity federation with impersonation. */
async function runAs(email: string): Promise<string> {
  const manifest = await stage.fill(addGcp(smallEstate()));
  const given = String(process.env['GOOGLE_APPLICATION_CREDENTIALS']);
  const own = JSON.parse(readFileSync(given, 'utf8')) as { token_url: string };
  const path = `v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
  const file = join(stage.folder, 'google-credentials.json');
  writeFileSync(file, JSON.stringify({ ...own, service_account_impersonation_url: new URL(path, own.token_url).href }));
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file;
  // As a worker that was started with these credentials: the one before keeps its connection.
  stage.deps.clouds.gcp = gcpCloud();
  expect(await stage.offboard('start', manifest, '--by', STARTER)).toMatchObject({ code: 0 });
  return `offboarding-${TENANT}`;
}

const account = (email: string) => `gcp-service-account:projects/${PROJECT}/serviceAccounts/${email}`;

test('a worker that acts as MEPM’s own service account leaves it in place with all it stands on and holds; the rest goes', async () => {
  const run = await runAs(MEPM_ACCOUNT);
  const { items, untouched } = await planOf(stage, run);
  expect(items.filter((i) => i.id.includes(MEPM_ACCOUNT))).toEqual([]);
  // What the account signs in through is still needed by it.
  expect(items.find((i) => i.kind === 'gcp-pool')?.guard).toMatchObject({ code: 'Shared' });
  const own = untouched.filter((u) => u.reason.startsWith(`this worker runs under ${MEPM_ACCOUNT}`));
  const kinds = own.map((u) => u.id.slice(0, u.id.indexOf(':'))).toSorted();
  expect(kinds).toEqual(['gcp-binding', 'gcp-binding', 'gcp-impersonation-binding', 'gcp-service-account']);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect((await intentsOf(stage, journal)).filter((id) => id.includes(MEPM_ACCOUNT))).toEqual([]);
  expect(await removedBy(stage, journal)).toContainEqual(expect.stringMatching('^aws-role:'));
  const { ours, untouched: others } = await stage.sandbox.client.report();
  expect(ours.left).toContainEqual(expect.stringContaining('gcp-service-account'));
  expect(others.changed).toEqual([]);
});

test('a worker that acts as an account of its own removes MEPM’s, and leaves its own alone', async () => {
  const run = await runAs(WORKERS_ACCOUNT);
  const { items } = await planOf(stage, run);
  expect(items.map((i) => i.id)).toContain(account(MEPM_ACCOUNT));
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await intentsOf(stage, result.run)).not.toContain(account(WORKERS_ACCOUNT));
  const report = await stage.sandbox.client.report();
  expect({ left: report.ours.left, changed: report.untouched.changed }).toEqual({ left: [], changed: [] });
});
