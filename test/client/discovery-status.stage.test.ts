import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MEMBER_ACCOUNT, OIDC_ACCOUNT, TENANT } from '../harness/estate.ts';
import { Stage } from '../harness/stage.ts';
import { expectRefused } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const RUN = `discovery-${TENANT}`;

test('a discovery is listed, and its status says how far it came', async () => {
  expect(await stage.offboard('status', RUN)).toMatchObject({ code: 22 });
  const where = ['--aws-accounts', `${OIDC_ACCOUNT},${MEMBER_ACCOUNT}`, '--aws-role', 'offboarding-entry', '--without', 'gcp'];
  expect(
    await stage.offboard('discover', '--tenant', TENANT, ...where, '--by', 'kim.lead', '--out', join(stage.folder, 'found')),
  ).toMatchObject({ code: 0 });
  const status = await stage.offboard('status', RUN);
  expect(status.code).toBe(0);
  expect(status.out).toMatch(new RegExp(`^${RUN}   completed   started .* by kim.lead, ended `));
  const { progress } = JSON.parse((await stage.offboard('status', RUN, '--json')).out) as { progress: { read: number; of: number } };
  expect(progress).toMatchObject({ stage: 'ended' });
  expect(progress.of).toBeGreaterThan(0);
  expect(progress.read).toBe(progress.of);
  expect(status.out).toContain(`What it found: offboard inventory ${RUN}`);
  expect(await stage.offboard('inventory', RUN)).toMatchObject({ code: 0 });
  expect(await stage.offboard('watch', RUN)).toEqual(status);
  for (const command of ['plan', 'report', 'own-access'])
    expectRefused(await stage.offboard(command, RUN), 'RunNotFound', 'is a discovery', `offboard inventory ${RUN}`);
  expectRefused(await stage.offboard('restore', RUN, '--by', 'kim.lead'), 'RunNotFound', 'is a discovery', `offboard inventory ${RUN}`);
  await expect.poll(async () => (await stage.offboard('list')).out, { timeout: 60_000 }).toContain(`${RUN}  completed`);
  expect((await stage.offboard('list', '--awaiting')).out).not.toContain(RUN);
});
