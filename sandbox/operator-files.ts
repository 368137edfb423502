import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';

const Approvers = z.looseObject({ approvers: z.array(z.string()).min(1) });

/** Writes what an operator would write for real clouds: the estate's manifest, and a policy that lets its approvers approve. */
export function writeOperatorFiles(directory: string, manifest: unknown): void {
  writeFileSync(join(directory, 'manifest.yaml'), stringify(manifest));
  const people = Approvers.safeParse(manifest);
  if (people.success) writeFileSync(join(directory, 'policy.yaml'), stringify({ identity: 'asserted', approvers: people.data.approvers }));
}

/** What to type to use the sandbox as if it were a real cloud. */
export function recipe(directory: string, origin: string): string {
  const folder = relative(process.cwd(), directory) || '.';
  return [
    `sandbox: ${origin} (links to portal and mailbox; the certificate is its own)`,
    'With a Temporal server at TEMPORAL_ADDRESS, in a second terminal:',
    `  export OFFBOARD_HOME='${join(directory, 'home')}'`,
    `  . ${join(folder, 'worker.env')} && OFFBOARD_POLICY=${join(folder, 'policy.yaml')} npm run worker`,
    'and in a third, with the same TEMPORAL_ADDRESS and OFFBOARD_HOME:',
    `  npm run offboard -- start ${join(folder, 'manifest.yaml')} --by sam.operator@contoso.example`,
    '',
  ].join('\n');
}
