import { connectAzure, type Assignment } from '../../activities/azure/wire/clients.ts';
import { azureCredential } from '../../activities/microsoft/credential.ts';
import { armEndpoint, graphEndpoint } from '../../activities/microsoft/endpoints.ts';
import type { Manifest } from '../../model/manifest.ts';
import { listed } from '../../model/selector.ts';
import { together } from './pool.ts';

/** Reads the assignments of a principal in each subscription; answers what removes them. */
export async function azure(manifest: Manifest, principal: string, most: number): Promise<() => Promise<number>> {
  const { cloud } = manifest.tenant;
  const api = connectAzure(armEndpoint(cloud), azureCredential(cloud), graphEndpoint(cloud));
  const found: Assignment[] = [];
  await together(listed(manifest.azure?.subscriptions), most, async (subscription) => {
    found.push(...(await api.listAssignments(`/subscriptions/${subscription}`, principal)));
  });
  return async () => {
    await together(found, most, (assignment) => api.deleteAssignment(assignment.id));
    return found.length;
  };
}
