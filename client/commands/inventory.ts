import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import { successorExport } from '../../model/successor-export.ts';
import { parseJson, readText } from '../../security/files.ts';
import type { Action, Io } from '../terminal/command.ts';
import { formatOf } from '../terminal/values.ts';
import { inventoryCsv } from '../render/inventory-csv.ts';
import { unknownLines } from '../render/inventory.ts';
import { successorCsv } from '../render/successor-csv.ts';
import { withSession } from '../run/session.ts';
import { inventoryAt } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { isDiscovery } from '../../model/run-name.ts';
import { resultOf } from '../run/discovery.ts';
import type { discovery } from '../../workflows/discovery.ts';

export const inventory: Action = {
  async run({ positionals: [name = ''], values, json }, io) {
    const format = formatOf(values, false, ['json', 'csv']);
    if (json && format === 'csv') throw new OffboardError('Usage', '--json: contradicts --format csv; leave one of the two out');
    const whom = values['for'];
    if (whom !== undefined && whom !== 'successor')
      throw new OffboardError('Usage', `--for: ${String(whom)} is nobody an inventory is made for; write successor, or leave it out`);
    const found = existsSync(name) ? readFolder(name) : await ofRun(io, name);
    if (whom === undefined) io.out(format === 'csv' ? inventoryCsv(found).trimEnd() : JSON.stringify(found));
    else io.out(format === 'csv' ? successorCsv(successorExport(found)).trimEnd() : JSON.stringify(successorExport(found)));
    for (const line of unknownLines(found)) io.err(`${line}\n`);
    return found.unknown.length === 0 ? 0 : EXIT_CODES.NotClean;
  },
};

/** Of a folder that a discovery wrote. Throws UnreadableFile, InvalidValue. */
function readFolder(folder: string): Inventory {
  const file = join(folder, 'inventory.json');
  const parsed = parseJson(readText(file, 'name a folder that a discovery wrote', `FOLDER: ${file}`));
  if (!isInventory(parsed)) throw new OffboardError('InvalidValue', `FOLDER: ${file} is no inventory; have a discovery write it again`);
  return parsed;
}

/** Of a discovery that Temporal knows; waits for its end where it goes on. Throws RunNotFound. */
async function ofRun(io: Io, workflowId: string): Promise<Inventory> {
  if (!isDiscovery(workflowId))
    throw new OffboardError(
      'RunNotFound',
      `${workflowId} is neither a folder nor a discovery; name the folder that a discovery wrote, or discovery-TENANT`,
    );
  return await withSession(io, async (session) => {
    const { inventory: address } = await resultOf(session.client.workflow.getHandle<typeof discovery>(workflowId));
    return await inventoryAt(new WorkersRecords(session), workflowId, address);
  });
}

function isInventory(value: unknown): value is Inventory {
  const fields = ['scope', 'systems', 'findings', 'stays', 'unknown', 'left', 'notes', 'collectors', 'takenAt'];
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && fields.every((f) => f in value);
}
