import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { emailOf } from '../objects/gcp.ts';
import { activeProject, demand } from './hierarchy.ts';
import { answer, GcpError, page } from './wire.ts';

const TYPE = 'serviceAccountLastAuthentication';

/** Policy Analyzer v1: when the service accounts of a project last authenticated. One that never did is in no answer. */
export const gcpPolicyAnalyzerService: SandboxService = {
  prefix: '/gcp-analyzer',
  handle: (request, context) => answer(request, context, () => query(request, context)),
};

function query(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const path = decodeURIComponent(request.path);
  const [, project] = new RegExp(`^/v1/projects/([^/]+)/locations/global/activityTypes/${TYPE}/activities:query$`).exec(path) ?? [];
  if (request.method !== 'GET' || !project) throw new GcpError('NOT_FOUND', `Method not found: ${request.method} ${path}.`);
  const { projectId, number } = activeProject(context, project);
  demand(context, `projects/${projectId}`, 'policyanalyzer.serviceAccountLastAuthenticationActivities.query');
  const activities = context.store
    .list('gcp-service-account')
    .filter((a) => a.project === projectId && a.lastAuthenticated)
    .map((account) => {
      const fullResourceName = `//iam.googleapis.com/projects/${projectId}/serviceAccounts/${emailOf(account)}`;
      const serviceAccount = { fullResourceName, projectNumber: number, serviceAccountId: account.uniqueId };
      return { fullResourceName, activityType: TYPE, activity: { lastAuthenticatedTime: account.lastAuthenticated, serviceAccount } };
    });
  return page('activities', activities, request);
}
