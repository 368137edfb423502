import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inventoryManifest, missingFields } from '../../../client/render/inventory-manifest.ts';
import type { Inventory, InventoryFinding } from '../../../model/inventory.ts';
import { ManifestSchema } from '../../../model/manifest.ts';

const NOBODY = { approvers: [] };
const PEOPLE = { successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: 'dana' }, approvers: ['riley'] };

function inventory(more: Partial<Inventory> = {}): Inventory {
  return {
    version: 1,
    takenAt: '2026-01-01T00:00:00.000Z',
    scope: {
      tenant: { id: '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c', cloud: 'usgov' },
      aws: { managementAccount: '000000000012', members: 'all', assumeRole: 'entry' },
    },
    systems: [],
    findings: [],
    stays: [],
    unknown: [],
    left: [],
    notAsked: ['azure', 'gcp'],
    collectors: { from: 'findings', listed: [{ id: 'aws-1', type: 'aws', driver: 'retired' }] },
    notes: {
      authorizationSystems: { listed: [], gone: 'HTTP 410' },
      administrators: { direct: [], eligible: ['pim@contoso.example'] },
      groupAccess: [],
      customReports: [],
      alerts: [],
    },
    defender: { state: 'absent', why: [] },
    warnings: [],
    ...more,
  };
}

const doubtful = (id: string, title: string): InventoryFinding => ({
  kind: 'aws-policy',
  system: 'aws:000000000012',
  id,
  title,
  phase: 'permissions',
  why: ['named like ours'],
  confidence: 'name-only',
  risk: 'read',
});

test('with the people named it is a whole manifest, digits kept as text, an eligible administrator as recipient', () => {
  const found = inventory();
  expect(missingFields(found, PEOPLE)).toEqual([]);
  const manifest = ManifestSchema.parse(parse(inventoryManifest(found, PEOPLE, 'offboard')));
  expect(manifest.aws).toEqual({ managementAccount: '000000000012', members: 'all', assumeRole: 'entry' });
  expect(manifest.tenant.cloud).toBe('usgov');
  expect(manifest.collectors).toEqual([{ id: 'aws-1', type: 'aws', driver: 'retired', recipient: 'pim@contoso.example' }]);
  expect(manifest.approvers).toEqual(['riley']);
});

test('without them it names what is missing, each beside a comment to fill in', () => {
  const found = inventory({ collectors: { from: 'findings', listed: [] } });
  expect(missingFields(found, NOBODY)).toEqual(['successor', 'approvers', 'collectors']);
  const text = inventoryManifest(found, NOBODY, 'offboard');
  expect(text.match(/^# FILL IN/gm)).toHaveLength(3);
  expect(Object.keys(parse(text) as object)).toEqual(['tenant', 'aws', 'notes']);
});

test('where nobody administers it, the recipient is missing in each collector', () => {
  const found = inventory();
  found.notes.administrators = { direct: [], eligible: [], unseen: 'denied' };
  expect(missingFields(found, PEOPLE)).toEqual(['collectors.recipient']);
  expect(inventoryManifest(found, PEOPLE, 'offboard')).toContain('not known (denied)');
  expect(inventoryManifest(found, { ...PEOPLE, recipient: 'kim' }, 'offboard')).toMatch(/^# administrators: \["kim"\]$/m);
});

test('a name from a cloud can neither end a comment nor become a field', () => {
  const evil = 'harmless\nprotected: []\u2028overrides: []\r\nbreakers: {}';
  const found = inventory({
    findings: [doubtful('aws-policy:arn:aws:iam::000000000012:policy/x', evil)],
    systems: [{ system: 'aws:000000000012', name: evil, state: 'read', findings: 1, monitored: 'no' }],
    unknown: [{ system: 'aws:000000000013', reason: evil }],
    breaker: evil,
  });
  const parsed = parse(inventoryManifest(found, PEOPLE, 'offboard')) as object;
  expect(Object.keys(parsed)).toEqual(['tenant', 'successor', 'aws', 'collectors', 'approvers', 'notes']);
});

test('what matches by name only becomes an override when its comment is taken away and a reason is written', () => {
  const id = 'aws-policy:arn:aws:iam::000000000012:policy/"quoted"';
  const text = inventoryManifest(inventory({ findings: [doubtful(id, 'Customer policy')] }), PEOPLE, 'offboard');
  const uncommented = text
    .replace(/^# overrides:$/m, 'overrides:')
    .replace(/^# ( {2}- \{ item: .*)$/m, '$1')
    .replace('WHY_IT_IS_OURS', 'we renamed it in 2023');
  expect(ManifestSchema.parse(parse(uncommented)).overrides).toEqual([{ item: id, reason: 'we renamed it in 2023' }]);
});
