import { quote } from '../../../../model/quote.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Provider } from '../../snapshot.ts';
import { delimited, poolCommand, poolShell } from '../shared/gcloud.ts';

export const shell = poolShell('update-oidc', create);

function create(item: PlanItem): string {
  const { displayName, description, issuer, audiences, attributeMapping, attributeCondition, jwksJson } = item.snapshot as Provider;
  const mapping = delimited(Object.entries(attributeMapping).map(([k, v]) => `${k}=${v}`));
  const allowed = delimited(audiences);
  const line = poolCommand(
    item,
    'create-oidc',
    `--display-name=${displayName}`,
    `--description=${description}`,
    `--issuer-uri=${issuer}`,
    ...(allowed ? [`--allowed-audiences=${allowed}`] : []),
    ...(mapping ? [`--attribute-mapping=${mapping}`] : []),
    ...(attributeCondition ? [`--attribute-condition=${attributeCondition}`] : []),
    ...(jwksJson === undefined ? [] : ['--jwk-json-path=/dev/stdin']),
  );
  return jwksJson === undefined ? line : `${line} <<<${quote(jwksJson)}`;
}
