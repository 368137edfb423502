import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Inventory } from '../../model/inventory.ts';
import { estateFile, expectedFindings } from '../harness/ours.ts';
import { Stage, type CliResult } from '../harness/stage.ts';
import { expectNothingChanged } from './on-stage.ts';

/** The default estate under another tenant's id, whose management account and root group may be listed. */
function wholeEstate() {
  const estate = estateFile('default.yaml');
  for (const o of estate.objects as { kind: string; id?: string; management?: boolean; parent?: string }[]) {
    if (o.kind === 'aws-account' && o.id === MANAGEMENT) o.management = true;
    if (o.kind === 'azure-management-group') o.parent = estate.manifest.tenant.id;
  }
  if (!estate.objects.some((o) => o.kind === 'azure-management-group' && o.id === estate.manifest.tenant.id))
    estate.objects.push({ kind: 'azure-management-group', ours: false, id: estate.manifest.tenant.id });
  return estate;
}

const MANAGEMENT = '210987654302';
const estate = wholeEstate();
const TENANT = estate.manifest.tenant.id;
const EVERYWHERE = ['--aws-management-account', MANAGEMENT, '--aws-role', 'offboarding-entry', '--gcp-organization', '504113872240'];
const PEOPLE = ['--successor', 'Delinea', '--since', '2025-06-30', '--attested-by', 'dana', '--approver', 'riley', '--approver', 'dana'];

const stage = new Stage();
beforeAll(() => stage.open(estate));
afterAll(() => stage.close());

const folder = (name: string) => join(stage.folder, name);
const discover = (...args: string[]): Promise<CliResult> => stage.offboard('discover', '--tenant', TENANT, ...args);
const inventoryIn = (name: string) => JSON.parse(readFileSync(join(folder(name), 'inventory.json'), 'utf8')) as Inventory;

test('from a tenant id it finds all and only what onboarding left, and changes nothing', async () => {
  const { code, err } = await discover(...EVERYWHERE, ...PEOPLE, '--out', folder('whole'));
  expect({ code, err }).toMatchObject({ code: 0 });
  const found = inventoryIn('whole').findings.filter((f) => f.confidence === 'certain');
  expect(found.map((f) => f.id).toSorted()).toEqual(expectedFindings(estate));
  await expectNothingChanged(stage);
});
