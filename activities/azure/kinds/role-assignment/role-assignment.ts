import { defenderHold, firstHold } from '../../../../model/defender.ts';
import type { Anchors, Finding, Hold, Json, Match, Sighting } from '../../../../model/finding.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { Kind } from '../../../kind.ts';
import { classifyAzure } from '../../wire/classify.ts';
import type { Assignment, AzureApi } from '../../wire/clients.ts';
import type { AzureSnapshot } from '../../reader.ts';
import { deploymentStackHold } from '../../deployment-stacks.ts';
import { restoreAssignment } from './undo.ts';
import { roleOf } from '../../footprint/roles.ts';
import { owningScope, sameId } from '../../footprint/scope.ts';

const NAME = 'azure-role-assignment';

/** Role assignments of the CIEM service principal, each found at the system that its own scope belongs to. */
export const roleAssignment: Kind<AzureSnapshot, AzureApi> = {
  name: NAME,

  match(snapshot, anchors): Match {
    const findings: Finding[] = [];
    const sightings: Sighting[] = [];
    for (const assignment of snapshot.assignments) {
      if (anchors.ciemPrincipalId === undefined || !sameId(assignment.principalId, anchors.ciemPrincipalId)) continue;
      const owner = owningScope(assignment.scope);
      if (sameId(owner, snapshot.scope)) findings.push(finding(snapshot, assignment, anchors));
      else if (!snapshot.namedScopes.some((scope) => sameId(scope, owner))) {
        const { system } = snapshot;
        sightings.push({ system, id: assignment.id, why: `${where(owner)} ${owner}, which the manifest does not name`, uses: [] });
      }
    }
    const { assignmentCount: seen } = snapshot;
    return { findings, sightings, ...(seen === undefined ? {} : { seen }) };
  },

  async read(api, item) {
    try {
      return toJson(await api.getAssignment(assignmentId(item)));
    } catch (error) {
      if (classifyAzure(error).kind === 'gone') return undefined;
      throw error;
    }
  },

  async remove(api, items) {
    for (const item of items) await api.deleteAssignment(assignmentId(item));
  },

  undo: restoreAssignment,
};

function finding(snapshot: AzureSnapshot, assignment: Assignment, anchors: Anchors): Finding {
  const { name, risk, mayBeDefenders } = roleOf(assignment.roleDefinitionId);
  return {
    kind: NAME,
    system: snapshot.system,
    id: `${NAME}:${assignment.id}`,
    title: `${name} at ${assignment.scope}`,
    phase: 'permissions',
    why: [`its principal ${assignment.principalId} is the CIEM service principal of this tenant`],
    confidence: 'certain',
    risk,
    stage: risk === 'read' ? 'assignments-that-read' : 'assignments-that-write',
    snapshot: toJson(assignment),
    provides: [],
    uses: [],
    ...firstHold(
      ourselvesHold(assignment, anchors),
      deploymentStackHold(assignment.id, anchors),
      usedHold(anchors),
      mayBeDefenders ? defenderHold(anchors) : undefined,
    ),
  };
}

/** What the run stands on, should the worker sign in as the very principal that it looks for. */
function ourselvesHold({ principalId }: Assignment, { ourselves = [] }: Anchors): Hold | undefined {
  if (!ourselves.some((own) => sameId(own, principalId))) return undefined;
  return { code: 'Ourselves', reason: `the worker itself signs in as the principal that holds it (${principalId})` };
}

/** Azure does not tell which assignment a principal used; that it signed in at all puts each of them in doubt. */
function usedHold({ ciemUsedRecently }: Anchors): Hold | undefined {
  return ciemUsedRecently === undefined
    ? undefined
    : { code: 'RecentlyUsed', reason: `its principal is still in use: ${ciemUsedRecently}` };
}

function where(owner: string): string {
  return /^\/subscriptions\//i.test(owner) ? 'assigned at' : 'inherited from';
}

function assignmentId(item: PlanItem): string {
  return item.id.slice(NAME.length + 1);
}

function toJson(assignment: Assignment): Json {
  return { ...assignment };
}
