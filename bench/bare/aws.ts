import type { RoleDetail } from '@aws-sdk/client-iam';
import { each, listed } from '../../model/selector.ts';
import type { Manifest } from '../../model/manifest.ts';
import { awsConnector } from '../../activities/aws/wire/clients.ts';
import { together } from './pool.ts';

const OIDC_ROLE = 'mciem-oidc-connect-role';

type Api = ReturnType<ReturnType<typeof awsConnector>['account']>;
interface Found {
  api: Api;
  roles: RoleDetail[];
  policies: string[];
  provider: string | undefined;
}

/** Reads each account in one listing; answers what removes what it found: member roles, then the OIDC role, then what hung on them. */
export async function aws(manifest: Manifest, most: number): Promise<() => Promise<number>> {
  const connector = awsConnector();
  const [home] = each(manifest.aws?.oidcAccount);
  const accounts = [...each(home), ...listed(manifest.aws?.members)];
  const oidcRole = `arn:aws:iam::${home}:role/${OIDC_ROLE}`;
  const found: Found[] = [];
  await together(accounts, most, async (account) => {
    const api = connector.account(`aws:${account}`, { manifest });
    const details = await api.authorizationDetails();
    const roles = details.roles.filter(
      (r) => r.Arn === oidcRole || decodeURIComponent(r.AssumeRolePolicyDocument ?? '').includes(oidcRole),
    );
    const attached = new Set(roles.flatMap((r) => (r.AttachedManagedPolicies ?? []).map((p) => p.PolicyArn)));
    const policies = details.policies.flatMap((p) => (p.Arn !== undefined && attached.has(p.Arn) ? [p.Arn] : []));
    const providers = account === home ? await api.providerArns() : [];
    found.push({ api, roles, policies, provider: providers.find((arn) => arn.endsWith(`sts.windows.net/${manifest.tenant.id}/`)) });
  });
  return async () => {
    const isHome = (f: Found) => f.roles.some((r) => r.Arn === oidcRole);
    for (const part of [found.filter((f) => !isHome(f)), found.filter(isHome)]) await together(part, most, remove);
    return found.reduce((sum, f) => sum + f.roles.length + f.policies.length + (f.provider === undefined ? 0 : 1), 0);
  };
}

async function remove({ api, roles, policies, provider }: Found): Promise<void> {
  for (const role of roles) {
    const name = role.RoleName ?? '';
    for (const policy of role.AttachedManagedPolicies ?? []) await api.detachPolicy(name, policy.PolicyArn ?? '');
    for (const policy of role.RolePolicyList ?? []) await api.deleteInlinePolicy(name, policy.PolicyName ?? '');
    await api.deleteRole(name);
  }
  for (const policy of policies) await api.deletePolicy(policy);
  if (provider !== undefined) await api.deleteProvider(provider);
}
