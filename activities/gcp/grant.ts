import { stringify } from 'yaml';

/** A custom role of Google Cloud with these permissions, for `gcloud iam roles create ID --organization=NUMBER --file=FILE`. */
export function gcpRole(use: string, permissions: readonly string[]): string {
  return stringify({
    title: `MEPM offboarding: ${use}`,
    description: `What the offboarding of Permissions Management needs to ${use}`,
    stage: 'GA',
    includedPermissions: [...permissions],
  });
}
