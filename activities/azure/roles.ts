import type { Risk } from '../../model/names.ts';

interface Role {
  name: string;
  risk: Risk;
}

/** Built-in roles by the GUID that ends a role definition's id. Source: Microsoft's "Azure built-in roles". */
const BUILT_IN: Record<string, Role> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': { name: 'Owner', risk: 'takeover' },
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': { name: 'User Access Administrator', risk: 'takeover' },
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168': { name: 'Role Based Access Control Administrator', risk: 'takeover' },
  'b24988ac-6180-42a0-ab88-20f7382dd24c': { name: 'Contributor', risk: 'write' },
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': { name: 'Reader', risk: 'read' },
};

/** What a role definition's id allows. A role that onboarding never gave is taken for a writing one: it goes before the reading ones. */
export function roleOf(roleDefinitionId: string): Role {
  const guid = roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1).toLowerCase();
  return BUILT_IN[guid] ?? { name: `role ${guid}`, risk: 'write' };
}
