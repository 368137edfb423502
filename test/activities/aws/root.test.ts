import { expect, test } from 'vitest';
import { listAccounts, rootOfAws } from '../../../activities/aws/root.ts';
import type { Manifest } from '../../../model/manifest.ts';
import { defaultManifest } from '../planned.ts';

const MANAGEMENT = '100000000000';
const OTHER = '100000000009';
const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
const broken = Object.assign(new Error('no'), { name: 'ServiceException', $metadata: { httpStatusCode: 500 } });
const asking = (managementAccount?: string): { manifest: Manifest } => ({
  manifest: {
    ...defaultManifest(),
    aws: { members: 'all', assumeRole: 'entry', ...(managementAccount === undefined ? {} : { managementAccount }) },
  },
});
const connector = (home: { account: string; managementAccount?: string }, failure: Error) => ({
  home: () => Promise.resolve(home),
  organization: () => Promise.reject(failure),
  ownOrganization: () => Promise.resolve([{ id: OTHER, state: 'ACTIVE' }]),
});

test('all without a root hangs from the management account of the worker’s organisation; one that is named is never replaced', async () => {
  const home = connector({ account: OTHER, managementAccount: MANAGEMENT }, denied);
  expect((await rootOfAws(home, asking())).aws).toMatchObject({ members: 'all', managementAccount: MANAGEMENT });
  expect(await rootOfAws(home, asking(OTHER))).toEqual(asking(OTHER).manifest);
});

test('an account in no organisation is the only one', async () => {
  expect((await rootOfAws(connector({ account: OTHER }, denied), asking())).aws?.members).toEqual([OTHER]);
});

test('where the role may not list, the worker’s own credentials do, but only its own organisation and only after a denial', async () => {
  const own = connector({ account: MANAGEMENT, managementAccount: MANAGEMENT }, denied);
  expect(await listAccounts(own, MANAGEMENT, asking())).toEqual([{ id: OTHER, state: 'ACTIVE' }]);
  await expect(listAccounts(own, OTHER, asking())).rejects.toBe(denied);
  const down = connector({ account: MANAGEMENT, managementAccount: MANAGEMENT }, broken);
  await expect(listAccounts(down, MANAGEMENT, asking())).rejects.toBe(broken);
});
