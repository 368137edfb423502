import type { CloudExport, SuccessorExport } from '../../model/successor-export.ts';
import { csv } from './csv.ts';

const HEAD = ['cloud', 'type', 'id', 'name', 'parent', 'state', 'monitored', 'part', 'title'];

/** The same as one table: a row for each system, then for each way Permissions Management was let in, then the administrators. */
export function successorCsv(exported: SuccessorExport): string {
  const rowsOf = (cloud: string, { systems, access }: CloudExport) => [
    ...systems.map((s) => [cloud, s.type, s.id, s.name, s.parent, s.state, s.monitored, '', '']),
    ...access.map((a) => [cloud, a.kind, a.id, '', a.system, '', '', a.part, a.title]),
  ];
  const administrators = (names: string[], how: string) => names.map((name) => ['entra', 'administrator', name, '', '', how, '', '', '']);
  return csv([
    HEAD,
    ...rowsOf('aws', exported.aws),
    ...rowsOf('azure', exported.azure),
    ...rowsOf('gcp', exported.gcp),
    ...administrators(exported.administrators.direct, 'assigned'),
    ...administrators(exported.administrators.eligible, 'eligible'),
    ...exported.unknown.map((u) => ['unknown', '', u.system, '', '', 'unknown', 'unknown', '', u.reason]),
  ]);
}
