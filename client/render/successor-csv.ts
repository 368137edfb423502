import type { CloudExport, SuccessorExport } from '../../model/successor-export.ts';
import { csvOf } from './csv.ts';

const COLUMNS = ['cloud', 'type', 'id', 'name', 'parent', 'state', 'monitored', 'part', 'title'] as const;

/** The same as one table: a row for each system, then for each way Permissions Management was let in, then the administrators. */
export function successorCsv(exported: SuccessorExport): string {
  const rowsOf = (cloud: string, { systems, access }: CloudExport) => [
    ...systems.map(({ type, id, name, parent, state, monitored }) => ({ cloud, type, id, name, parent, state, monitored })),
    ...access.map(({ kind, id, system, part, title }) => ({ cloud, type: kind, id, parent: system, part, title })),
  ];
  const administrator = (id: string, state: string) => ({ cloud: 'entra', type: 'administrator', id, state });
  return csvOf(COLUMNS, [
    ...rowsOf('aws', exported.aws),
    ...rowsOf('azure', exported.azure),
    ...rowsOf('gcp', exported.gcp),
    ...exported.administrators.direct.map((name) => administrator(name, 'assigned')),
    ...exported.administrators.eligible.map((name) => administrator(name, 'eligible')),
    ...exported.unknown.map((u) => ({ cloud: 'unknown', id: u.system, state: 'unknown', monitored: 'unknown', title: u.reason })),
  ]);
}
