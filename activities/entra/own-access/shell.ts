import { command, type OwnAccessScript } from '../../../model/shell.ts';
import { entraScript } from '../shell.ts';

/** Directory roles, and the application permissions that were granted to the worker's principal. */
export const entraOwnAccess: OwnAccessScript = {
  prelude: entraScript.prelude,
  take(grant) {
    if (grant.kind === 'entra-directory-role')
      return [command('graph_once', 'DELETE', `/roleManagement/directory/roleAssignments/${encodeURIComponent(grant.id)}`)];
    if (grant.kind === 'entra-eligible-role') {
      const request = { action: 'adminRemove', ...(grant.definition as object), justification: 'given for the offboarding, which is over' };
      return [command('graph', 'POST', '/roleManagement/directory/roleEligibilityScheduleRequests', JSON.stringify(request))];
    }
    const { principalId } = grant.definition as { principalId: string };
    return [command('graph_once', 'DELETE', `/servicePrincipals/${principalId}/appRoleAssignments/${encodeURIComponent(grant.id)}`)];
  },
  identity(id) {
    const application = /application ([0-9a-f-]{36})/i.exec(id)?.[1] ?? '';
    return `${id}, with its secrets and certificates: ${command('az', 'ad', 'app', 'delete', '--id', application)}`;
  },
};
