import { command, comment, type OwnAccessScript } from '../../../model/shell.ts';
import { nameOf } from '../../microsoft/ids.ts';
import { demandSignIn } from '../../microsoft/sign-in-shell.ts';
import { isBuiltIn } from '../roles.ts';

/** Role assignments by id; a custom role is left to a person, since others may have it by now. */
export const azureOwnAccess: OwnAccessScript = {
  prelude: demandSignIn,
  take(grant) {
    const { scope, roleDefinitionId, principalId } = grant.definition as { scope: string; roleDefinitionId: string; principalId?: string };
    if (grant.kind === 'azure-eligible-role') {
      const properties = {
        principalId,
        roleDefinitionId,
        requestType: 'AdminRemove',
        justification: 'given for the offboarding, which is over',
      };
      // The request's name is a GUID of the caller's; the instance's own, which is none of a request, serves.
      const name = nameOf(grant.id);
      const at = scope === '/' ? '' : scope;
      const url = `${at}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/${name}?api-version=2020-10-01`;
      return [command('az', 'rest', '--method', 'PUT', '--url', url, '--body', JSON.stringify({ properties }), '--output', 'none')];
    }
    const removal = command('az', 'role', 'assignment', 'delete', '--ids', grant.id);
    if (isBuiltIn(roleDefinitionId)) return [removal];
    const which = ['--name', nameOf(roleDefinitionId), '--scope', scope];
    const definition = command('az', 'role', 'definition', 'delete', '--custom-role-only', 'true', ...which);
    return [removal, comment(`if it is a custom role, made for this job, and no assignment of it is left: ${definition}`)];
  },
  identity: (id) => `object id ${id}; it is the same as the directory's below`,
};
