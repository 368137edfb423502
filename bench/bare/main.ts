import { connectEntra } from '../../activities/entra/wire/clients.ts';
import { azureCredential } from '../../activities/microsoft/credential.ts';
import { graphEndpoint } from '../../activities/microsoft/endpoints.ts';
import { MEPM } from '../../model/footprint.ts';
import { parseManifest } from '../../model/parse-manifest.ts';
import { readText } from '../../security/files.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { gcp } from './gcp.ts';

/** As many systems at once in each cloud as a person would dare. */
const AT_ONCE = 50;

/**
 * The script that somebody would write instead: reads each system once, by the fewest calls that do, and removes what it takes for Permissions
 * Management's, in the right order, side by side and with connections kept open. No plan, approval, record, second look or reading back.
 * `node bench/bare/main.ts MANIFEST`, with a worker's environment; prints one JSON line: seconds of reading and of removing, CPU seconds, and how many things went.
 */
async function run(file: string): Promise<void> {
  const manifest = parseManifest(file, readText(file));
  const { cloud } = manifest.tenant;
  const began = performance.now();
  const directory = connectEntra(graphEndpoint(cloud), azureCredential(cloud));
  const [principal] = await directory.listServicePrincipals(MEPM.ciemAppId);
  const uris = manifest.entra.applications ?? [];
  const applications = (await Promise.all(uris.map((uri) => directory.listApplications(`identifierUris/any(u:u eq '${uri}')`)))).flat();
  const removals = await Promise.all([aws(manifest, AT_ONCE), azure(manifest, principal?.id ?? '', AT_ONCE), gcp(manifest, AT_ONCE)]);
  const read = performance.now();
  const removed = await Promise.all(removals.map((remove) => remove()));
  for (const { id } of applications) await directory.deleteApplication(id);
  if (principal) await directory.setSignIn(principal.id, false);
  const over = performance.now();
  const answer = {
    reading: (read - began) / 1000,
    removing: (over - read) / 1000,
    cpu: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    removed: removed.reduce((sum, n) => sum + n, applications.length + 1),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

await run(process.argv[2] ?? 'manifest.yaml');
