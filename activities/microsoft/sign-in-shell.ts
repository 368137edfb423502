import type { Manifest } from '../../model/manifest.ts';
import { quote } from '../../model/quote.ts';
import { normalId } from './ids.ts';

/** Names of the clouds as `az` knows them. */
const CLI_CLOUD: Record<Manifest['tenant']['cloud'], string> = {
  public: 'AzureCloud',
  usgov: 'AzureUSGovernment',
  china: 'AzureChinaCloud',
};

/** Lines that end the script unless `az` is signed in to the manifest's tenant, in its cloud: elsewhere the same ids mean nothing. */
export function demandSignIn({ tenant }: Manifest): string[] {
  return [
    `export AZURE_CLOUD_NAME="\${AZURE_CLOUD_NAME:-${CLI_CLOUD[tenant.cloud]}}"`,
    'az_tenant=$(az account show --query tenantId --output tsv)',
    `if [[ \${az_tenant,,} != ${quote(normalId(tenant.id))} ]]; then`,
    `  echo "az is signed in to tenant $az_tenant; run: az login --tenant ${quote(tenant.id)}" >&2`,
    '  exit 1',
    'fi',
  ];
}
