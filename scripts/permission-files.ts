import { awsPolicy, AWS_PLACEHOLDERS } from '../activities/aws/grant.ts';
import { AWS_PERMISSIONS } from '../activities/aws/wire/permissions.ts';
import { azureRole } from '../activities/azure/grant.ts';
import { AZURE_PERMISSIONS } from '../activities/azure/wire/permissions.ts';
import { GRAPH_PERMISSIONS } from '../activities/entra/wire/permissions.ts';
import { gcpRole } from '../activities/gcp/grant.ts';
import { GCP_PERMISSIONS } from '../activities/gcp/wire/permissions.ts';
import { neededFor, USES, type Permission, type Use } from '../model/permission.ts';

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;

const CLOUDS: [title: string, table: readonly Permission[]][] = [
  ['AWS', AWS_PERMISSIONS],
  ['Azure Resource Manager', AZURE_PERMISSIONS],
  ['Google Cloud', GCP_PERMISSIONS],
  ['Microsoft Graph', GRAPH_PERMISSIONS],
];

/** Pure: the files of docs/permissions/ and what each holds, of the tables beside the clouds' calls. */
export function permissionFiles(): Record<string, string> {
  return {
    'aws/worker.json': aws(({ on }) => on === 'worker'),
    'aws/organization.json': aws(({ on }) => on === 'organization'),
    ...Object.fromEntries(USES.flatMap(filesOf)),
    'README.md': page(),
  };
}

const aws = (holds: (row: Permission) => boolean) => json(awsPolicy(AWS_PERMISSIONS.filter(holds), AWS_PLACEHOLDERS));

/** Where a cloud has nothing to do for a use there is no file. */
function filesOf(use: Use): [name: string, text: string][] {
  const inAccounts = ({ on, uses }: Permission) => uses.includes(use) && on !== 'worker' && on !== 'organization';
  const [azure, gcp, graph] = [AZURE_PERMISSIONS, GCP_PERMISSIONS, GRAPH_PERMISSIONS].map((table) => neededFor(use, table));
  return [
    [`aws/${use}.json`, aws(inAccounts)],
    ...(azure?.length ? [[`azure/${use}.json`, json(azureRole(use, azure, ['SCOPE']))] satisfies [string, string]] : []),
    ...(gcp?.length ? [[`gcp/${use}.yaml`, gcpRole(use, gcp)] satisfies [string, string]] : []),
    ...(graph?.length ? [[`graph/${use}.txt`, graphList(graph)] satisfies [string, string]] : []),
  ];
}

/** One a line; what may be left out says what is lost without it. */
function graphList(permissions: readonly string[]): string {
  const lost = (permission: string) => {
    const rows = GRAPH_PERMISSIONS.filter((row) => row.needs.includes(permission));
    return rows.every((row) => row.without !== undefined) ? rows[0]?.without : undefined;
  };
  const line = (permission: string) => {
    const without = lost(permission);
    return `${without === undefined ? '' : `# may be left out, but then ${without}\n`}${permission}\n`;
  };
  return permissions.map(line).join('');
}

function page(): string {
  return `# Permissions

Made by \`npm run permissions\` from the tables beside the clouds' calls (\`activities/*/wire/permissions.ts\`). Tests hold them: a whole run on the default estate, its restore and a quarantine each complete with just the files of
what they do, and nothing more; no whole-stack test makes a call that the tables do not have. What a call needs is from the vendor's reference that it links to; no test has asked the real clouds.

To discover, verify and for \`--dry-run\`, give the file \`discover\` of each cloud; \`remove\`, \`restore\` and \`quarantine\` each come besides it, for as long as that is done. \`offboard doctor\`
([doctor](../doctor.md)) tells which of them the worker has. In AWS, \`worker.json\` is for the worker's own principal, \`organization.json\` for the role in the management account, and the others for the role in each account.
Put the tenant's id for \`TENANT\`, the name of that role for \`ENTRY_ROLE\`, and for \`SCOPE\` a scope that the manifest names. What each file is for: [AWS](../clouds/aws.md), [Azure](../clouds/azure.md),
[Google Cloud](../clouds/gcp.md), [Graph](../clouds/entra.md).

${CLOUDS.map(([title, table]) => `## ${title}\n\n| call | needs | to | without it |\n| --- | --- | --- | --- |\n${table.map(line).join('\n')}\n`).join('\n')}`;
}

function line({ call, needs, uses, without, source }: Permission): string {
  const permissions = needs.map((n) => `\`${n}\``).join(', ') || 'nothing';
  return `| [\`${call}\`](${source}) | ${permissions} | ${uses.join(', ')} | ${without ?? 'no run'} |`;
}
