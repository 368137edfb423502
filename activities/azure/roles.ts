import type { Risk } from '../../model/names.ts';
import { nameOf, normalId } from '../microsoft/ids.ts';

interface Role {
  name: string;
  risk: Risk;
  /** Whether Defender for Cloud may read with it: roles that only read, and such as nobody here knows. */
  mayBeDefenders: boolean;
}

/** Built-in roles by the GUID that ends a role definition's id. Source: Microsoft's "Azure built-in roles". */
const BUILT_IN: Record<string, Omit<Role, 'mayBeDefenders'>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': { name: 'Owner', risk: 'takeover' },
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': { name: 'User Access Administrator', risk: 'takeover' },
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168': { name: 'Role Based Access Control Administrator', risk: 'takeover' },
  'b24988ac-6180-42a0-ab88-20f7382dd24c': { name: 'Contributor', risk: 'write' },
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': { name: 'Reader', risk: 'read' },
  '39bc4728-0917-49c7-9d2c-d95423bc2eb4': { name: 'Security Reader', risk: 'read' },
  'ac63b705-f282-497d-ac71-919bf39d939d': { name: 'Management Group Reader', risk: 'read' },
};

/** What a role definition's id allows. A role that onboarding never gave is taken for a writing one: it goes before the reading ones. */
export function roleOf(roleDefinitionId: string): Role {
  const guid = roleGuid(roleDefinitionId);
  const known = BUILT_IN[guid];
  return known ? { ...known, mayBeDefenders: known.risk === 'read' } : { name: `role ${guid}`, risk: 'write', mayBeDefenders: true };
}

/** Whether a role definition's id is of one of Azure's own roles that are known here. */
export function isBuiltIn(roleDefinitionId: string): boolean {
  return roleGuid(roleDefinitionId) in BUILT_IN;
}

/** Reader, and with the controller User Access Administrator, Owner in the early preview; Role Based Access Control Administrator by hand. */
const OF_ONBOARDING: readonly string[] = ['Reader', 'User Access Administrator', 'Owner', 'Role Based Access Control Administrator'];

/** Whether a role definition's id is of one of the four that onboarding may have given. */
export function isOfOnboarding(roleDefinitionId: string): boolean {
  return OF_ONBOARDING.includes(roleOf(roleDefinitionId).name);
}

/** A role's definition may be named by the scope of whoever asks: its GUID is the role. */
export function roleGuid(roleDefinitionId: string): string {
  return normalId(nameOf(roleDefinitionId));
}
