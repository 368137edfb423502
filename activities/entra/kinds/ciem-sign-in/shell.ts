import type { PlanItem } from '../../../../model/plan.ts';
import { command, type KindShell } from '../../../../model/shell.ts';
import type { ServicePrincipal } from '../../wire/shapes.ts';

/** With `graph` and `graph_once` of the cloud's own script. */
export const shell: KindShell = {
  remove: (item) => [command('graph_once', 'PATCH', pathOf(item), '{"accountEnabled": false}')],
  restore: (item) => [command('graph', 'PATCH', pathOf(item), '{"accountEnabled": true}')],
};

function pathOf(item: PlanItem): string {
  return `/servicePrincipals/${(item.snapshot as ServicePrincipal).id}`;
}
