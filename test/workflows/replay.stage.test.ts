import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, describe, expect, test } from 'vitest';
import { suite } from '../harness/suite.ts';

/**
 * Runs that began with an older workflow must be able to go on with this one: every recorded history is replayed from its file.
 * When this fails, either keep the old path with patched(), or, before the first release only, record again: npm run record-histories.
 */

// A replay runs in the main thread and hooks every promise of it, which the SDK never takes back: the files after this one would crawl.
afterAll(() => globalHandlers.uninstall());

const ROOT = join(import.meta.dirname, '..', '..');
const HISTORIES = join(ROOT, 'test', 'histories');
const NAMES = readdirSync(HISTORIES)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));
const GATED = NAMES.filter((name) => !['discovery', 'dry-run', 'refused', 'cancelled'].includes(name));
const APPROVED = ['approved-retry-waive', 'amended', 'paused-resumed', 'quarantine'];

const RESTORES = ['restore-rejected', 'restored'];

const history = (name: string): unknown => JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8'));

test('every way through the workflow has a history', () => {
  const offboardings = [
    'amended',
    'approved-retry-waive',
    'cancelled',
    'dry-run',
    'expired',
    'paused-resumed',
    'quarantine',
    'refused',
    'rejected',
  ];
  expect(NAMES).toEqual(['discovery', ...offboardings, ...RESTORES].toSorted());
});

test.each(NAMES)('the history “%s” replays on the workflow as it is now', async (name) => {
  await Worker.runReplayHistory({ workflowBundle: { codePath: suite('workflowBundle') } }, history(name));
});

interface Alteration {
  what: string;
  file: string;
  from: string;
  to: string;
  /** The histories that get as far as the change. */
  refused: string[];
}

const ALTERATIONS: Alteration[] = [
  {
    what: 'OIDC applications go before permissions',
    file: 'offboarding.ts',
    from: 'removePermissions, deleteOidcApplications',
    to: 'deleteOidcApplications, removePermissions',
    refused: APPROVED,
  },
  {
    what: 'closing a gate is no longer written down',
    file: 'gates.ts',
    from: 'await closeGate({ run: run.id, gate, opening, outcome });',
    to: '',
    refused: GATED,
  },
  {
    what: 'the plan is made before the preconditions',
    file: 'activities.ts',
    from: 'export const { startRun, walk, makePlan,',
    to: 'export const { startRun: makePlan, walk, makePlan: startRun,',
    refused: NAMES.filter((name) => name !== 'discovery' && !RESTORES.includes(name)),
  },
  {
    what: 'a discovery judges before it reads',
    file: 'discovery.ts',
    from: 'const { manifest } = await startDiscovery({ scope });',
    to: "await takeInventory({ scope, manifest: '', readings: [] });\n  const { manifest } = await startDiscovery({ scope });",
    refused: ['discovery'],
  },
  {
    what: 'things are removed without having been in quarantine',
    file: 'quarantine.ts',
    from: "if (run.terms.mode !== 'quarantine') return 'done';\n  const again",
    to: "if (run.id !== '') return 'done';\n  const again",
    refused: ['quarantine'],
  },
  {
    what: 'what was removed first comes back first',
    file: 'restore.ts',
    from: 'PHASES.toReversed()',
    to: 'PHASES',
    refused: ['restored'],
  },
];

describe.each(ALTERATIONS)('altered so that $what', ({ file, from, to, refused }) => {
  const folder = mkdtempSync(join(tmpdir(), 'offboard-altered-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the workflow is refused by every history that gets so far, and by no other', async () => {
    for (const part of ['workflows', 'model', 'activities', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const source = readFileSync(join(folder, 'workflows', file), 'utf8');
    expect(source.split(from), `${file} holds what is altered`).toHaveLength(2);
    writeFileSync(join(folder, 'workflows', file), source.replace(from, to));
    const { code } = await bundleWorkflowCode({ workflowsPath: join(folder, 'workflows', 'index.ts'), logger: new DefaultLogger('ERROR') });
    const failures = new Map<string, unknown>();
    for (const name of NAMES) {
      await Worker.runReplayHistory({ workflowBundle: { code } }, history(name)).catch((error: unknown) => failures.set(name, error));
    }
    expect([...failures.keys()]).toEqual(refused.toSorted());
    for (const error of failures.values()) expect(error).toBeInstanceOf(DeterminismViolationError);
  });
});
