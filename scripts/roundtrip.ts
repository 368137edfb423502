import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { attend } from '../client/demo/attend.ts';
import { playedPeople } from '../client/demo/played.ts';
import { setStage, type Stage } from '../client/demo/stage.ts';
import { main } from '../client/cli.ts';
import { recordsOf, removalsOf } from '../client/records/records.ts';
import { WorkersRecords } from '../client/records/worker-reader.ts';
import { openSession } from '../client/run/session.ts';
import { readRawManifest } from '../client/terminal/manifest-file.ts';
import { startRun } from '../client/run/start.ts';
import { isRestorePlan } from '../model/restore.ts';
import type { restore } from '../workflows/restore.ts';
import { loadEstate } from '../sandbox/estate.ts';
import { estateKeys } from './estate-keys.ts';

/**
 * `npm run roundtrip -- [--json] [--estate FILE]`: takes everything out of a pretend estate, gives everything back, and compares the estate
 * before and after at the sandbox. With --json the last line is a RoundTrip. Ends with 0 only when all that can come back came back the
 * same and nothing else changed.
 */
export interface RoundTrip {
  /** Items removed that a cloud can give back. */
  restorable: number;
  restored: number;
  /** Items of which every object is in the estate as it was: compared at the sandbox, not by the product. */
  identical: number;
  unrestorable: { kind: string; why: string }[];
  untouched: { objects: number; changed: number };
  seconds: number;
}

const STARTER = 'sam.operator@contoso.example';
const DEFAULT_ESTATE = resolve(import.meta.dirname, '..', 'estates', 'default.yaml');

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, estate: { type: 'string', default: DEFAULT_ESTATE } },
  });
  const began = Date.now();
  const tell = (line: string) => void process.stderr.write(`[${((Date.now() - began) / 1000).toFixed(1)} s] ${line}\n`);
  const stage = await setStage({ estate: values.estate, folder: resolve('.offboard/roundtrip'), keep: false, progress: tell });
  try {
    const figures = { ...(await roundTrip(stage, values.estate, tell)), seconds: Math.round((Date.now() - began) / 100) / 10 };
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else tell(wordsOf(figures));
    process.exitCode = isWhole(figures) ? 0 : 1;
  } finally {
    await stage.strike();
  }
}

async function roundTrip(stage: Stage, estate: string, tell: (line: string) => void): Promise<Omit<RoundTrip, 'seconds'>> {
  const session = await openSession(stage.env);
  try {
    const reader = new WorkersRecords(session);
    const approver = stage.manifest.approvers.find((a) => a !== STARTER) ?? STARTER;
    const people = playedPeople(session, approver, stage.sandbox, tell);
    const { handle } = await startRun(session, readRawManifest(stage.manifestFile), STARTER, { dryRun: false });
    await attend(handle, people, tell);
    const { removed } = await removalsOf(reader, handle.workflowId);
    const without = new Set((await stage.sandbox.report()).ours.altered);
    tell(`removed ${removed.length} items; giving them back`);

    const restoreId = await typedRestore(stage, handle.workflowId);
    await attend(session.client.workflow.getHandle<typeof restore>(restoreId), people, tell);
    const { plan, summary } = await recordsOf(reader, restoreId);
    if (!plan || !isRestorePlan(plan)) throw new Error(`the restore made no plan: ${summary.reason}`);
    const { ours, untouched } = await stage.sandbox.report();
    const altered = new Set(ours.altered);
    const { objects } = loadEstate(estate);
    // What had not been away cannot show that it came back.
    const identical = plan.items.filter((item) => {
      const keys = estateKeys(item, objects);
      return keys.some((key) => without.has(key)) && !keys.some((key) => altered.has(key));
    });
    const lost = plan.untouched.filter((u) => removed.some((r) => r.item.id === u.id));
    return {
      restorable: plan.items.length,
      restored: summary.items.filter((i) => i.outcome?.outcome === 'restored').length,
      identical: identical.length,
      unrestorable: lost.map((u) => ({ kind: u.id.slice(0, u.id.indexOf(':')), why: u.reason })),
      untouched: { objects: untouched.objects, changed: untouched.changed.length },
    };
  } finally {
    await session.close();
  }
}

/** `offboard restore RUN`, as an operator types it. */
async function typedRestore(stage: Stage, workflowId: string): Promise<string> {
  let out = '';
  const code = await main(['restore', workflowId, '--by', STARTER, '--json'], {
    out: (text) => void (out += text),
    err: (text) => void process.stderr.write(text),
    env: stage.env,
    stdin: Readable.from([]),
    interactive: false,
    program: 'offboard',
  });
  if (code !== 0) throw new Error(`restore ended with ${code}: ${out}`);
  return (JSON.parse(out) as { workflowId: string }).workflowId;
}

function isWhole({ restorable, restored, identical, untouched }: RoundTrip): boolean {
  return restorable > 0 && restored === restorable && identical === restorable && untouched.changed === 0;
}

function wordsOf({ restorable, restored, identical, unrestorable, untouched }: RoundTrip): string {
  return [
    `Of ${restorable} items that can come back ${restored} came back, ${identical} of them the same.`,
    ...unrestorable.map(({ kind, why }) => `Does not come back: ${kind}: ${why}`),
    `Of ${untouched.objects} objects that are not ours, ${untouched.changed} changed.`,
  ].join('\n');
}

run().catch((error: unknown) => {
  process.stderr.write(`roundtrip: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
