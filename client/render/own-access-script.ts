import { OWN_ACCESS_SCRIPTS } from '../../activities/scripts.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemType } from '../../model/names.ts';
import { takingOrder, type OwnAccess } from '../../model/own-access.ts';
import { comment } from '../../model/shell.ts';

/** What stands at the top. `now`: when the script is made. */
interface Source {
  run: string;
  manifest: Manifest;
  now: Date;
}

/**
 * The worker's own access as a bash script that another person reads and runs: a block per right, in an order that never takes away
 * what the next one needs. What gives reason to think that it is not for this job alone is commented out.
 */
export function ownAccessScript({ identities, grants, unknown }: OwnAccess, { run, manifest, now }: Source): string {
  const ordered = takingOrder(grants, manifest.aws?.managementAccount);
  const types = [...new Set(ordered.filter((g) => g.doubt === undefined).map((g) => systemType(g.system)))];
  const lines = [
    '#!/usr/bin/env bash',
    comment('This script takes away what the worker itself may do in the clouds, as the end of this run saw it.'),
    comment('Read each block before you run it, and delete those of rights that were not given for this job alone: no tool can tell.'),
    comment(
      'Run it when no run, retry or restore is to come, signed in as somebody else than the worker: it would lock itself out half way.',
    ),
    comment(`Run:  ${run}`),
    comment(`Made: ${now.toISOString()}`),
    comment('It needs the official CLIs (aws, az, gcloud), signed in. Nothing it does is journaled.'),
    ...(types.includes('aws')
      ? [comment('AWS_ADMIN_ROLE names a role that lets you into each account but your own; never the one deleted.')]
      : []),
    'set -euo pipefail',
    ...types.flatMap((type) => ['', ...(OWN_ACCESS_SCRIPTS[type]?.prelude(manifest) ?? [])]),
  ];
  for (const grant of ordered) {
    const commands = OWN_ACCESS_SCRIPTS[systemType(grant.system)]?.take(grant) ?? [];
    lines.push('', comment(grant.title), comment(`held by ${grant.holder}: ${grant.kind} ${grant.id}`));
    if (grant.doubt === undefined) lines.push(...commands);
    else lines.push(comment(`LEFT TO YOU: ${grant.doubt}`), ...commands.flatMap((c) => c.split('\n')).map((line) => `# ${line}`));
  }
  if (unknown.length > 0) lines.push('', comment('Not known, so look for yourself:'));
  lines.push(...unknown.map((u) => comment(`- ${u.system}: ${u.reason}`)));
  lines.push('', comment('The identities stay. Where one was made for this job alone, take it away as well:'));
  lines.push(...identities.map(({ cloud, id }) => comment(`- ${cloud}: ${OWN_ACCESS_SCRIPTS[cloud]?.identity(id) ?? id}`)));
  return `${lines.join('\n')}\n`;
}
