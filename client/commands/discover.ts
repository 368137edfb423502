import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, messageOf, OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import type { Inventory } from '../../model/inventory.ts';
import { writeNew } from '../../security/files.ts';
import type { Action } from '../terminal/command.ts';
import { optional, text } from '../terminal/values.ts';
import { peopleOf, scopeOf } from './shared/discovery-options.ts';
import { inventoryCsv } from '../render/inventory-csv.ts';
import { inventoryManifest, missingFields, type People } from '../render/inventory-manifest.ts';
import { renderInventory, unknownLines } from '../render/inventory.ts';
import { withSession } from '../run/session.ts';
import { inventoryAt } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { followDiscovery } from '../run/discovery.ts';
import { startDiscovery } from '../run/start.ts';

const FILES = ['manifest.yaml', 'inventory.json', 'inventory.csv'] as const;

export const discover: Action = {
  async run({ values, json }, io) {
    const scope = scopeOf(values);
    const people = peopleOf(values);
    const by = optional(values, 'by') ?? (io.env['OFFBOARD_USER'] || undefined);
    const folder = text(values, 'out');
    demandFree(folder);
    return await withSession(io, async (session) => {
      prepare(folder);
      const { handle, isNew } = await startDiscovery(session, scope, by);
      if (!isNew) io.err(`${handle.workflowId} is going on already: waiting for that one. It looks at what it was started with.\n`);
      const result = await followDiscovery(session, handle, (line) => io.err(`${line}\n`));
      const inventory = await inventoryAt(new WorkersRecords(session), handle.workflowId, result.inventory);
      write(folder, inventory, people, io.program);
      const missing = missingFields(inventory, people);
      for (const line of unknownLines(inventory)) io.err(`${line}\n`);
      if (json)
        io.out(JSON.stringify({ workflowId: handle.workflowId, folder, ...counts(inventory), missing, manifest: join(folder, FILES[0]) }));
      else io.out(`${renderInventory(inventory)}\n\n${whatNext(folder, inventory, missing, io.program)}`);
      return inventory.unknown.length === 0 ? 0 : EXIT_CODES.NotClean;
    });
  },
};

/** A manifest may have been worked on since: it is never written over. */
function demandFree(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new OffboardError('InvalidValue', `--out: ${folder} is a file; name a folder`);
  const there = FILES.find((name) => existsSync(join(folder, name)));
  if (there !== undefined)
    throw new OffboardError('InvalidValue', `--out: ${join(folder, there)} is there already; name another folder, or move it away`);
}

/** Before a discovery, which may take long. */
function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function notWritable(folder: string, cause: unknown): OffboardError {
  return new OffboardError('UnreadableFile', `--out: ${folder} cannot be written to (${messageOf(cause)}); name another folder`, { cause });
}

function write(folder: string, inventory: Inventory, people: People, program: string): void {
  const contents = {
    'manifest.yaml': inventoryManifest(inventory, people, program),
    'inventory.json': `${JSON.stringify(inventory, undefined, 2)}\n`,
    'inventory.csv': inventoryCsv(inventory),
  };
  const next = (name: string) => join(folder, `${name}.next`);
  try {
    for (const name of FILES) rmSync(next(name), { force: true });
    for (const name of FILES) writeNew(next(name), contents[name]);
    for (const name of FILES) renameSync(next(name), join(folder, name));
  } catch (error) {
    for (const name of FILES) rmSync(next(name), { force: true });
    throw notWritable(folder, error);
  }
}

function counts({ systems, findings, stays, left, unknown, notAsked, excluded = [] }: Inventory): object {
  return {
    systems: systems.length,
    certain: findings.filter((f) => f.confidence === 'certain').length,
    nameOnly: findings.filter((f) => f.confidence === 'name-only').length,
    takeover: findings.filter((f) => f.risk === 'takeover').length,
    held: findings.filter((f) => f.hold !== undefined).length,
    stays: stays.length,
    left,
    unknown,
    notAsked,
    excluded,
  };
}

function whatNext(folder: string, { unknown }: Inventory, missing: string[], program: string): string {
  const manifest = join(folder, 'manifest.yaml');
  const mend = unknown.length > 0 ? 'Mend first what keeps things unknown (above), and discover again into another folder.\n' : '';
  const first = missing.length > 0 ? `Fill in ${missing.join(', ')} in ${manifest}, then make a plan` : 'Next, make a plan';
  return `Written: ${FILES.map((name) => join(folder, name)).join(', ')}\n${mend}${first}, which changes nothing:\n  ${spell(step('start', manifest, '--by', 'NAME', '--dry-run'), program)}`;
}
