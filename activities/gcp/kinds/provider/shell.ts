import type { PlanItem } from '../../../../model/plan.ts';
import type { Provider } from '../../snapshot.ts';
import { delimited, poolCommand, poolShell } from '../shared/gcloud.ts';

export const shell = poolShell('update-oidc', create);

function create(item: PlanItem): string {
  const { displayName, description, issuer, audiences, attributeMapping, attributeCondition } = item.snapshot as Provider;
  const mapping = delimited(Object.entries(attributeMapping).map(([k, v]) => `${k}=${v}`));
  const allowed = delimited(audiences);
  return poolCommand(
    item,
    'create-oidc',
    `--display-name=${displayName}`,
    `--description=${description}`,
    `--issuer-uri=${issuer}`,
    ...(allowed ? [`--allowed-audiences=${allowed}`] : []),
    ...(mapping ? [`--attribute-mapping=${mapping}`] : []),
    ...(attributeCondition ? [`--attribute-condition=${attributeCondition}`] : []),
  );
}
