import { command, comment, type OwnAccessScript } from '../../model/shell.ts';
import { demandSignIn } from '../azure-script.ts';
import { isBuiltIn } from './roles.ts';

/** Role assignments by id; a custom role is left to a person, since others may have it by now. */
export const azureOwnAccess: OwnAccessScript = {
  prelude: demandSignIn,
  take(grant) {
    const { scope, roleDefinitionId } = grant.definition as { scope: string; roleDefinitionId: string };
    const removal = command('az', 'role', 'assignment', 'delete', '--ids', grant.id);
    if (isBuiltIn(roleDefinitionId)) return [removal];
    const name = roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1);
    const definition = command('az', 'role', 'definition', 'delete', '--custom-role-only', 'true', '--name', name, '--scope', scope);
    return [removal, comment(`if it is a custom role, made for this job, and no assignment of it is left: ${definition}`)];
  },
  identity: (id) => `object id ${id}; it is the same as the directory's below`,
};
