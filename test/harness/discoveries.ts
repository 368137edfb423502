import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Inventory } from '../../model/inventory.ts';
import { estateFile } from './ours.ts';
import { Stage } from './stage.ts';

/** The default estate's organisations, as whoever names them types it. */
export const MANAGEMENT = '210987654302';
export const EVERYWHERE = ['--aws-management-account', MANAGEMENT, '--aws-role', 'offboarding-entry', '--gcp-organization', '504113872240'];

/** A file's stage, with the default estate under a tenant of the file's own, and what its discoveries write. */
export function stageForDiscoveries(tenant?: string) {
  const estate = estateFile('default.yaml', tenant);
  const stage = new Stage();
  beforeAll(() => stage.open(estate));
  afterAll(() => stage.close());
  const folder = (name: string) => join(stage.folder, name);
  const written = (name: string, file: string) => readFileSync(join(folder(name), file), 'utf8');
  return {
    estate,
    stage,
    folder,
    written,
    /** Of the file's tenant unless another is named. */
    discover: (...args: string[]) =>
      stage.offboard('discover', ...(args.includes('--tenant') ? [] : ['--tenant', estate.manifest.tenant.id]), ...args),
    inventoryIn: (name: string) => JSON.parse(written(name, 'inventory.json')) as Inventory,
  };
}
