/** A custom role of Azure with these actions, for `az role definition create --role-definition FILE`; `scopes` are where it may be assigned. */
export function azureRole(use: string, actions: readonly string[], scopes: readonly string[]): object {
  return {
    Name: `Permissions Management offboarding: ${use}`,
    IsCustom: true,
    Description: `What the offboarding of Permissions Management needs to ${use}`,
    Actions: [...actions],
    AssignableScopes: [...scopes],
  };
}
