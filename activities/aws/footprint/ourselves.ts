import { need } from '../snapshot.ts';

/** Who a session is, as GetCallerIdentity tells. */
export interface Caller {
  account: string;
  /** `arn:…:sts::<account>:assumed-role/<name>/<session>`, or that of a user. */
  arn: string;
}

/** Pure: the role a caller is in, by account and name; an assumed role's ARN leaves its path out. Undefined for users and the root. */
export function roleOfCaller({ arn }: Caller): { account: string; name: string } | undefined {
  const [, account, name] = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return account && name ? { account, name } : undefined;
}

/** Pure: ARNs of the account's roles that any of the callers is in. */
export function ownRoles(
  account: string,
  roles: { RoleName?: string | undefined; Arn?: string | undefined }[],
  callers: Caller[],
): string[] {
  const own = callers.map(roleOfCaller).filter((r) => r?.account === account);
  const found = roles.filter((role) => own.some((o) => o?.name === role.RoleName)).map((role) => need(role.Arn, 'Arn'));
  return [...new Set(found)].toSorted();
}
