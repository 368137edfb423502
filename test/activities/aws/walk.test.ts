import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../activities/aws/cloud.ts';
import { walkOrganization } from '../../../activities/aws/walk.ts';
import type { Manifest } from '../../../model/manifest.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';
import { defaultManifest } from '../planned.ts';
import { ownEstate } from './own-estate.ts';

const MANAGEMENT = '100000000000';
const MEMBERS = Array.from({ length: 11 }, (_, i) => `2000000000${i + 10}`);
const SUSPENDED = '300000000001';
const CLOSING = '300000000002';
let sandbox: SandboxHere;

beforeAll(async () => {
  const account = (id: string, more: object = {}) => ({ kind: 'aws-account', ours: false, id, entryRole: 'offboarding-entry', ...more });
  const estate = ownEstate([
    account(MANAGEMENT, { management: true }),
    ...MEMBERS.map((id) => account(id)),
    account(SUSPENDED, { state: 'suspended' }),
    account(CLOSING, { state: 'pending-closure' }),
  ]);
  sandbox = await sandboxHere({ estate });
});
afterAll(() => sandbox.stop());

const asking = (aws: Partial<NonNullable<Manifest['aws']>>) => {
  const manifest = defaultManifest();
  const written = { members: 'all', managementAccount: MANAGEMENT, assumeRole: 'offboarding-entry', ...aws } as const;
  return { manifest: { ...manifest, aws: written } };
};

test('members: all is every account of the organisation, over all pages; suspended and closing ones are left with the reason', async () => {
  const walked = await awsCloud().walk?.(asking({}));
  expect(walked?.systems).toEqual([MANAGEMENT, ...MEMBERS].map((id) => `aws:${id}`));
  expect(walked?.leftOut).toEqual([
    { system: `aws:${SUSPENDED}`, reason: expect.stringContaining('suspended') as unknown },
    { system: `aws:${CLOSING}`, reason: expect.stringContaining('closed') as unknown },
  ]);
  expect(walked?.unknown).toEqual([]);
  expect(walked?.described).toContainEqual({ system: `aws:${MANAGEMENT}`, name: `account ${MANAGEMENT}` });
});

test('accounts that are named one by one are not walked', async () => {
  expect(await awsCloud().walk?.(asking({ members: [MANAGEMENT] }))).toEqual({ systems: [], leftOut: [], unknown: [] });
});

test('an account that may not list the organisation is a denial, never an empty list', async () => {
  const cloud = awsCloud();
  const error = await cloud.walk?.(asking({ managementAccount: MEMBERS[0] })).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'AccessDenied' });
});

test('a page that fails makes the whole listing fail', async () => {
  const broken = Object.assign(new Error('no'), { name: 'ServiceException', $metadata: { httpStatusCode: 500 } });
  await expect(walkOrganization(Promise.reject(broken))).rejects.toBe(broken);
});
