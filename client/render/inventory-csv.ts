import type { Inventory } from '../../model/inventory.ts';
import { systemType, type SystemId } from '../../model/names.ts';
import { csvOf } from './csv.ts';

const COLUMNS = [
  'status',
  'cloud',
  'system',
  'system name',
  'kind',
  'id',
  'title',
  'confidence',
  'risk',
  'phase',
  'held by',
  'why',
] as const;

/** An inventory as one table. `status`: ours, name-only, stays, unknown, excluded, left, and the guide's notes. */
export function inventoryCsv(inventory: Inventory): string {
  const names = new Map(inventory.systems.map((s) => [s.system, s.name]));
  const at = (system: SystemId) => ({ cloud: systemType(system), system, 'system name': names.get(system) });
  const { authorizationSystems, administrators } = inventory.notes;
  const administrator = (id: string, why: string) => ({ status: 'administrator', cloud: 'entra', id, why });
  return csvOf(COLUMNS, [
    ...inventory.unknown.map((u) => ({ status: 'unknown', ...at(u.system), why: u.reason })),
    ...(inventory.excluded ?? []).map((e) => ({ status: 'excluded', ...at(e.system), why: e.rule })),
    ...inventory.findings.map(({ system, hold, why, kind, id, title, confidence, risk, phase }) => {
      const found = { kind, id, title, confidence, risk, phase, 'held by': hold && `${hold.code}: ${hold.reason}`, why: why.join('; ') };
      return { status: confidence === 'certain' ? 'ours' : 'name-only', ...at(system), ...found };
    }),
    ...inventory.stays.map(({ system, id, reason }) => ({ status: 'stays', ...at(system), id, why: reason })),
    ...inventory.left.map((l) => ({ status: 'left', ...at(l.system), why: l.reason })),
    ...authorizationSystems.listed.map(({ type, name, id, controller }) => {
      const why = `controller: ${controller ?? 'not told'}`;
      return { status: 'authorization system', cloud: type, 'system name': name, id, why };
    }),
    ...administrators.direct.map((name) => administrator(name, 'assigned')),
    ...administrators.eligible.map((name) => administrator(name, 'eligible')),
  ]);
}
