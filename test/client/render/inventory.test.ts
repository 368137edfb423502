import { expect, test } from 'vitest';
import { inventoryManifest } from '../../../client/render/inventory-manifest.ts';
import { renderInventory, unknownLines } from '../../../client/render/inventory.ts';
import type { Inventory } from '../../../model/inventory.ts';

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const NO_SIGN_IN = 'SignInFailed: the worker could not sign in to Entra ID; check AZURE_CLIENT_ID';
const NO_DIRECTORY = 'DirectoryUnread: the directory could not be read; mend that first';
const NONE = 'cannot be walked: CredentialsProviderError: no credentials were found; mend that';

/** Nobody could sign in anywhere but to Google Cloud. */
const blind: Inventory = {
  version: 1,
  takenAt: '2026-01-01T00:00:00.000Z',
  scope: {
    tenant: { id: TENANT, cloud: 'public' },
    aws: { members: 'all', assumeRole: 'entry' },
    azure: { subscriptions: 'all', managementGroups: [] },
    gcp: { projects: ['web'] },
  } as unknown as Inventory['scope'],
  systems: [
    { system: 'azure:/subscriptions/1', state: 'unknown', findings: 0, monitored: 'unknown' },
    { system: 'azure:/subscriptions/2', state: 'unknown', findings: 0, monitored: 'unknown' },
    { system: 'gcp:projects/web', state: 'read', findings: 0, monitored: 'no' },
    { system: `entra:${TENANT}`, state: 'unknown', findings: 0, monitored: 'unknown' },
    { system: `portal:${TENANT}`, state: 'left', findings: 0, monitored: 'unknown' },
  ],
  findings: [],
  stays: [],
  unknown: [
    { system: "aws:organization of the worker's account", reason: NONE },
    { system: 'azure:/subscriptions/1', reason: NO_DIRECTORY },
    { system: 'azure:/subscriptions/2', reason: NO_DIRECTORY },
    { system: `entra:${TENANT}`, reason: NO_SIGN_IN },
    { system: `entra:directory roles of ${TENANT}`, reason: NO_SIGN_IN },
    { system: `entra:authorization systems of ${TENANT}`, reason: NO_SIGN_IN },
  ],
  left: [{ system: `portal:${TENANT}`, reason: 'the portal gave no list' }],
  notAsked: [],
  collectors: { from: 'unseen', listed: [] },
  notes: {
    authorizationSystems: { listed: [], unseen: NO_SIGN_IN },
    administrators: { direct: [], eligible: [], unseen: NO_SIGN_IN },
    groupAccess: [],
    customReports: [],
    alerts: [],
  },
  defender: { state: 'unknown', why: [] },
  warnings: [],
};

test('where nobody could sign in, each cloud is not known, once, before anything that was counted, and nobody is said to be none', () => {
  const told = renderInventory(blind);
  expect(told.match(/^(AWS|Azure|Entra ID): not known/gm)).toHaveLength(3);
  expect(told.indexOf('Entra ID: not known')).toBeLessThan(told.indexOf('Google Cloud: 1 system read'));
  expect(told).not.toMatch(/none|0 systems read|Portal: \d/);
  expect(told).toContain('Permissions Management Administrators: not known.');
  expect(told).toContain('Authorization systems: not known.');
});

test('a cause is told once for all that it hides, with its mend', () => {
  expect(unknownLines(blind).slice(1)).toEqual([
    `  AWS: not known: aws:organization of the worker's account: ${NONE}`,
    `  Azure: not known: azure:/subscriptions/1, azure:/subscriptions/2: ${NO_DIRECTORY}`,
    `  Entra ID: not known: entra:${TENANT}, entra:directory roles of ${TENANT}, entra:authorization systems of ${TENANT}: ${NO_SIGN_IN}`,
  ]);
});

test('the manifest says what is not known, and nobody is told to leave out or to attest what merely could not be asked', () => {
  const text = inventoryManifest(blind, { approvers: [] }, 'offboard');
  expect(text).toContain('# aws: not known: cannot be walked: CredentialsProviderError');
  expect(text).toContain('Permissions Management Administrators found: not known');
  expect(text).toContain('which collectors there are is not known');
  expect(text).not.toMatch(/found: none|found none|does not list them any more|take the line out|--without|waive/);
});

test('where some administrators were seen and others could not be, both are said', () => {
  const administrators = { direct: ['dana'], eligible: [], unseen: 'who is eligible could not be listed: AadDenied' };
  const told = renderInventory({ ...blind, notes: { ...blind.notes, administrators } });
  expect(told).toContain('Administrators: dana; eligible: not known; whether there are more is not known.');
});
