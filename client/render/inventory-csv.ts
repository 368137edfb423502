import type { Inventory } from '../../model/inventory.ts';
import { systemType, type SystemId } from '../../model/names.ts';
import { csv } from './csv.ts';

const HEAD = ['status', 'cloud', 'system', 'system name', 'kind', 'id', 'title', 'confidence', 'risk', 'phase', 'held by', 'why'];

/** An inventory as one table. `status`: ours, name-only, stays, unknown, left, and the guide's notes. */
export function inventoryCsv(inventory: Inventory): string {
  const names = new Map(inventory.systems.map((s) => [s.system, s.name]));
  const at = (system: SystemId) => [systemType(system), system, names.get(system)];
  const reasoned = (status: string, rows: { system: SystemId; reason: string }[]) =>
    rows.map(({ system, reason }) => [status, ...at(system), '', '', '', '', '', '', '', reason]);
  const { authorizationSystems, administrators } = inventory.notes;
  return csv([
    HEAD,
    ...reasoned('unknown', inventory.unknown),
    ...inventory.findings.map((f) => [
      f.confidence === 'certain' ? 'ours' : 'name-only',
      ...at(f.system),
      f.kind,
      f.id,
      f.title,
      f.confidence,
      f.risk,
      f.phase,
      f.hold === undefined ? '' : `${f.hold.code}: ${f.hold.reason}`,
      f.why.join('; '),
    ]),
    ...inventory.stays.map((s) => ['stays', ...at(s.system), '', s.id, '', '', '', '', '', s.reason]),
    ...reasoned('left', inventory.left),
    ...authorizationSystems.listed.map((s) => [
      'authorization system',
      s.type,
      '',
      s.name,
      '',
      s.id,
      '',
      '',
      '',
      '',
      '',
      `controller: ${s.controller ?? 'not told'}`,
    ]),
    ...administrators.direct.map((name) => ['administrator', 'entra', '', '', '', name, '', '', '', '', '', 'assigned']),
    ...administrators.eligible.map((name) => ['administrator', 'entra', '', '', '', name, '', '', '', '', '', 'eligible']),
  ]);
}
