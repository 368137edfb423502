import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { afterAll, expect, test } from 'vitest';
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
const GATED = NAMES.filter((name) => !['discovery', 'reading', 'dry-run', 'refused', 'cancelled'].includes(name));
const APPROVED = ['approved-retry-waive', 'by-hand', 'amended', 'paused-resumed', 'quarantine'];

const RESTORES = ['restore-rejected', 'restored'];

const history = (name: string): unknown => JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8'));

test('every way through the workflow has a history', () => {
  const offboardings = [
    'amended',
    'approved-retry-waive',
    'by-hand',
    'cancelled',
    'dry-run',
    'expired',
    'paused-resumed',
    'quarantine',
    'refused',
    'rejected',
  ];
  expect(NAMES).toEqual(['discovery', 'reading', ...offboardings, ...RESTORES].toSorted());
});

test.each(NAMES)('the history “%s” replays on the workflow as it is now', async (name) => {
  await Worker.runReplayHistory({ workflowBundle: { codePath: suite('workflowBundle') } }, history(name));
});

interface Alteration {
  what: string;
  /** Found once in the bundle; an imported name stands there behind its module. */
  from: RegExp;
  to: string;
  /** The histories that get as far as the change. */
  refused: string[];
}

const ALTERATIONS: Alteration[] = [
  {
    what: 'OIDC applications go before permissions',
    from: /(_phases_\w+\.removePermissions),(\s+)(_phases_\w+\.deleteOidcApplications)/g,
    to: '$3,$2$1',
    refused: APPROVED,
  },
  {
    what: 'closing a gate is no longer written down',
    from: /await \(0,\w+\.closeGate\)\(\{.*?\}\);/gs,
    to: 'undefined;',
    refused: GATED,
  },
  {
    what: 'the plan is made before the preconditions',
    from: /called\('startRun', (OPTIONS\);.*?)called\('makePlan', /gs,
    to: "called('makePlan', $1called('startRun', ",
    refused: NAMES.filter((name) => name !== 'discovery' && name !== 'reading' && !RESTORES.includes(name)),
  },
  {
    what: 'a discovery judges before it reads',
    from: /const \{ manifest \} = await \(0,(\w+)\.startDiscovery\)/g,
    to: "await (0,$1.takeInventory)({ scope, manifest: '', readings: [] });\n$&",
    refused: ['discovery'],
  },
  {
    what: 'things are removed without having been in quarantine',
    from: /if \(run\.terms\.mode !== 'quarantine'\) return 'done';/g,
    to: "if (run.id !== '') return 'done';",
    refused: ['quarantine'],
  },
  {
    what: 'nobody demands a proof of who is ready to delete a collector',
    from: /const asked = await \(0,\w+\.requestDeletion\)\(.*?\);$/gm,
    to: "const asked = { kind: 'by-hand' };",
    refused: APPROVED,
  },
  {
    what: 'what was removed first comes back first',
    from: /PHASES\.toReversed\(\)/g,
    to: 'PHASES',
    refused: ['restored'],
  },
];

test.each(ALTERATIONS)(
  'altered so that $what, the workflow is refused by every history that gets so far, and by no other',
  async ({ from, to, refused }) => {
    const bundle = readFileSync(suite('workflowBundle'), 'utf8');
    expect(bundle.match(from), 'the bundle holds what is altered').toHaveLength(1);
    const histories = NAMES.map((name) => ({ workflowId: name, history: history(name) }));
    const failures = new Map<string, unknown>();
    for await (const { workflowId, error } of Worker.runReplayHistories(
      { workflowBundle: { code: bundle.replace(from, to) } },
      histories,
    )) {
      if (error) failures.set(workflowId, error);
    }
    expect([...failures.keys()].toSorted()).toEqual(refused.toSorted());
    for (const error of failures.values()) expect(error).toBeInstanceOf(DeterminismViolationError);
  },
);
