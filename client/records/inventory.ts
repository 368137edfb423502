import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArtifactStore } from '../../activities/records/artifacts.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import { homeOf } from '../../security/home.ts';
import { workersKeys } from '../run/keys.ts';

/** Reads an inventory from the worker's artifacts. Throws RunNotFound where they are not on this machine. */
export async function inventoryAt(env: NodeJS.ProcessEnv, address: string): Promise<Inventory> {
  const { artifacts } = homeOf(env);
  if (!existsSync(join(artifacts, address)))
    throw new OffboardError('RunNotFound', `RUN: the inventory is not in ${artifacts}; set OFFBOARD_HOME to the worker's folder`);
  return await new ArtifactStore(artifacts, workersKeys(env)).get<Inventory>(address);
}
