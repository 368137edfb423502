import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { classify } from '../../../activities/aws/wire/classify.ts';
import { awsConnector } from '../../../activities/aws/wire/clients.ts';
import type { SystemId } from '../../../model/names.ts';
import { MEMBER_ACCOUNT, smallEstate } from '../../harness/estate.ts';
import { defaultManifest } from '../planned.ts';
import { sandboxHere } from '../../sandbox/sandbox-here.ts';

/** The sandbox's worker is a user of this account. */
const OWN = '999988887777';
const WORKER = `arn:aws:iam::${OWN}:user/offboarding-worker`;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-entry-'));
  const estate = smallEstate();
  for (const o of estate.objects) if (o.kind === 'aws-account' && o.id === MEMBER_ACCOUNT) Object.assign(o, { externalId: 'contoso-7f3' });
  estate.objects.push(
    { kind: 'aws-account', ours: false, id: OWN, entryRole: null },
    { kind: 'aws-role', ours: false, account: OWN, name: 'theirs', trust: {} },
  );
  const file = join(folder, 'estate.json');
  writeFileSync(file, JSON.stringify(estate));
  const sandbox = await sandboxHere({ estate: file });
  return async () => {
    await sandbox.stop();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  };
});

function entering(account: string, aws: { assumeRole?: string; externalId?: string } = {}) {
  const manifest = defaultManifest();
  const context = { manifest: { ...manifest, aws: { members: [account], assumeRole: 'offboarding-entry', ...aws } } };
  return awsConnector().account(`aws:${account}` as SystemId, context);
}

const refusal = async (asked: Promise<unknown>) => classify(await asked.catch((error: unknown) => error));

test('in the worker’s own account, where there is no such role, its own credentials do', async () => {
  const api = entering(OWN);
  expect((await api.roles()).map((r) => r.RoleName)).toEqual(['theirs']);
  expect([await api.caller(), await api.callerNow()]).toEqual([
    { account: OWN, arn: WORKER },
    { account: OWN, arn: WORKER },
  ]);
});

test('in any other account they do not', async () => {
  expect(await refusal(entering(MEMBER_ACCOUNT, { assumeRole: 'another', externalId: 'contoso-7f3' }).roles())).toMatchObject({
    kind: 'blocked',
    code: 'AccessDenied',
  });
});

test('a role whose trust demands an external id is entered with it; without it, or with another, the mend names the field', async () => {
  expect(await entering(MEMBER_ACCOUNT, { externalId: 'contoso-7f3' }).roles()).not.toEqual([]);
  for (const aws of [{}, { externalId: 'contoso-8' }]) {
    expect(await refusal(entering(MEMBER_ACCOUNT, aws).roles())).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('name that as aws.externalId') as string,
    });
  }
});

test('a connector that entered without the external id enters with it once the manifest names it', async () => {
  const connector = awsConnector();
  const at = (aws: object) => {
    const context = { manifest: { ...defaultManifest(), aws: { members: [MEMBER_ACCOUNT], assumeRole: 'offboarding-entry', ...aws } } };
    return connector.account(`aws:${MEMBER_ACCOUNT}`, context);
  };
  await expect(at({}).roles()).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(await at({ externalId: 'contoso-7f3' }).roles()).not.toEqual([]);
});
