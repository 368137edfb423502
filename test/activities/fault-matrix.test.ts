import { ClientSecretCredential } from '@azure/identity';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { classify } from '../../activities/aws/wire/classify.ts';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { classifyAzure } from '../../activities/azure/wire/classify.ts';
import { connectAzure } from '../../activities/azure/wire/clients.ts';
import type { ReadContext } from '../../activities/cloud.ts';
import { classifyEntra } from '../../activities/entra/wire/classify.ts';
import { connectEntra } from '../../activities/entra/wire/clients.ts';
import { classifyGcp } from '../../activities/gcp/wire/classify.ts';
import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import { classifyPortal } from '../../activities/portal/wire/classify.ts';
import type { Policy } from '../../activities/gcp/snapshot.ts';
import { forgetLimits } from '../../activities/limited.ts';
import { connectPortal } from '../../activities/portal/wire/clients.ts';
import type { FailureClass } from '../../model/errors.ts';
import { MEPM } from '../../model/footprint.ts';
import { FaultsSchema, KINDS, type FaultKind } from '../../sandbox/faults.ts';
import { sandboxHere, type SandboxHere } from '../sandbox/sandbox-here.ts';
import { loadedEstate } from '../sandbox/loaded-estate.ts';

/** What each operation makes of each fault, as its own library meets it. The page is made by `npm run make-faults`, from here. */

const PAGE = '../../docs/faults.md';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const SCOPE = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';

let sandbox: SandboxHere;
beforeAll(async () => {
  sandbox = await sandboxHere();
  // Long enough for a sign-in on a busy machine, and two kinds wait for it.
  vi.stubEnv('OFFBOARD_ANSWER_WITHIN', '1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.stop();
});

interface Operation {
  name: string;
  /** What it needs to know is asked for before the fault. */
  prepare?(): Promise<void>;
  ask(): Promise<unknown>;
  judge(error: unknown): FailureClass;
}

const env = (name: string) => process.env[name] ?? '';

/** Of each cloud a question and a change; what is changed is not there, but for a policy that is written back as it is. */
function operations(): Operation[] {
  const manifest = loadedEstate().manifest as ReadContext['manifest'];
  const account = awsConnector().account('aws:210987654311', { manifest });
  const credential = new ClientSecretCredential(env('AZURE_TENANT_ID'), env('AZURE_CLIENT_ID'), env('AZURE_CLIENT_SECRET'), {
    authorityHost: sandbox.origin,
    disableInstanceDiscovery: true,
  });
  const arm = { url: env('OFFBOARD_ARM_ENDPOINT'), tokenScope: 'https://management.azure.com/.default' };
  const directory = { url: env('OFFBOARD_GRAPH_ENDPOINT'), tokenScope: 'https://graph.microsoft.com/.default' };
  const azure = connectAzure(arm, credential, directory);
  const entra = connectEntra(directory, credential);
  const google = connectGoogle(10);
  const portal = connectPortal({ url: env('OFFBOARD_PORTAL_URL'), tokenScope: `${MEPM.ciemAppId}/.default` }, credential, true);
  let policy: Policy = {};
  return [
    { name: 'IAM: list', ask: () => account.roles(), judge: classify },
    { name: 'IAM: delete', ask: () => account.deleteRole('nobody'), judge: classify },
    { name: 'ARM: list', ask: () => azure.listAllAssignments(SCOPE), judge: classifyAzure },
    {
      name: 'ARM: delete',
      ask: () => azure.deleteAssignment(`${SCOPE}/providers/Microsoft.Authorization/roleAssignments/${NOBODY}`),
      judge: classifyAzure,
    },
    { name: 'Graph: list', ask: () => entra.listApplications("displayName eq 'x'"), judge: classifyEntra },
    { name: 'Graph: delete', ask: () => entra.deleteApplication(NOBODY), judge: classifyEntra },
    { name: 'Google: get policy', ask: () => google.getPolicy('projects/contoso-web'), judge: classifyGcp },
    {
      name: 'Google: set policy',
      prepare: async () => {
        policy = (await google.getPolicy('projects/contoso-web')) ?? {};
      },
      ask: () => google.setPolicy('projects/contoso-web', policy),
      judge: classifyGcp,
    },
    { name: 'portal: list', ask: () => portal.list(), judge: classifyPortal },
  ];
}

/** One call, as an activity that is to stop makes it: nothing is asked for again. */
async function outcome({ ask, judge }: Operation): Promise<string> {
  const stopping = { cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context;
  return await asyncLocalStorage.run(stopping, ask).then(
    () => 'answered',
    (error: unknown) => {
      const { kind, code } = judge(error);
      if (kind === 'blocked' && code === 'Unknown') throw error;
      return `${kind === 'retry' ? 'again' : 'blocked'}: ${LINE.test(code) ? 'no connection' : code}`;
    },
  );
}

/** Questions, then changes: what one learns of a service would make another wait. */
async function outcomes(all: readonly Operation[]): Promise<string[]> {
  const told = new Map<Operation, string>();
  for (const some of [all.filter(isQuestion), all.filter((one) => !isQuestion(one))]) {
    forgetLimits();
    await Promise.all(some.map(async (one) => told.set(one, await outcome(one))));
  }
  return all.map((one) => told.get(one) ?? '');
}

const isQuestion = ({ name }: Operation): boolean => /list|get/.test(name);

/** Which of these it is depends on how far the connection was. */
const LINE = /^(?:ECONNRESET|EPIPE|Unreachable|REQUEST_SEND_ERROR|PARSE_ERROR|ABORT_ERR)$/;

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
}

const INTRODUCTION = `# What each operation makes of each fault

Made by \`npm run make-faults\` on the sandbox, with the clouds' own libraries; a test holds it. A row is a kind of fault that [the sandbox](estate.md#the-sandbox) knows, and a cell what becomes of one call that meets it.

- \`again\`: a question is asked again, up to four times, then by Temporal as long as \`waits.unreachable\` says, and then what it asked about is _unknown_. A change is made again by the engine, which looks first
  whether it was done ([survival](survival.md)).
- \`blocked\`: no further try is made, and a person decides. A token of Google's comes to that where a fresh one is refused, too; a question is asked again even so.
- \`answered\`: the service has no such fault, the call is none that it meets, or it was made once more at once, with a fresh token.
- \`no connection\`: whatever the library calls a connection that broke, or was given up in time.
`;

test(
  'what each operation makes of each fault stands in the page, and but for a token that is refused twice none is taken for a refusal',
  { timeout: 120_000 },
  async () => {
    const all = operations();
    const set = (rate: number, kind: FaultKind = 'reset') => sandbox.faults.set(FaultsSchema.parse({ rate, kinds: [kind] }));
    for (const operation of all) expect(await outcome(operation)).toBe('answered');
    const rows: string[][] = [['fault', ...all.map(({ name }) => name)]];
    for (const kind of KINDS) {
      set(0);
      for (const { prepare } of all) await prepare?.();
      set(1, kind);
      rows.push([`\`${kind}\``, ...(await outcomes(all))]);
    }
    const blocked = rows.filter((row) => row.some((cell) => cell.startsWith('blocked')));
    expect(blocked.map(([kind]) => kind)).toEqual(['`expired`']);
    await expect(`${INTRODUCTION}\n${table(rows)}\n`).toMatchFileSnapshot(PAGE);
  },
);
