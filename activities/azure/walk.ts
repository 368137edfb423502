import { exclusionOf } from '../../model/exclusion.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { SystemId } from '../../model/names.ts';
import type { Described, ReadContext, Walked } from '../cloud.ts';
import { normalId, sameId } from '../microsoft/ids.ts';
import type { ArmApi, Descendant, Subscription } from './wire/arm.ts';
import { unlessRefused } from '../answer.ts';
import { classifyAzure } from './wire/classify.ts';

const GROUP = '/providers/Microsoft.Management/managementGroups';

/**
 * What `subscriptions: all` and `managementGroups: all` stand for. The subscriptions the worker sees, and those only the tree of management
 * groups tells of; a branch that cannot be listed is `unknown`, for it may hold what the worker does not see. The tenant's root group,
 * named by the tenant's id, stands above all of them: without it nobody knows that the list is whole. Throws when subscriptions cannot
 * be listed at all.
 */
export async function walkAzure(api: ArmApi, { manifest }: Pick<ReadContext, 'manifest'>): Promise<Walked> {
  const { azure, tenant } = manifest;
  const tree = await readTree(api, tenant.id);
  const walked: Walked = { systems: [], leftOut: [], unknown: tree.unknown, described: tree.described };
  if (azure?.managementGroups === 'all') walked.systems.push(...tree.groups.map((id): SystemId => `azure:${GROUP}/${id}`));
  if (azure?.subscriptions === 'all') {
    const visible = await api.listSubscriptions();
    // The tree tells the same names and parents besides; it does not tell of all that are visible.
    const names = visible.flatMap(({ subscriptionId: id, displayName: name }) =>
      name ? [{ system: `azure:/subscriptions/${id}` as const, name }] : [],
    );
    walked.described = [...names, ...tree.described];
    for (const subscription of visible) {
      const reason = reasonToLeave(subscription, tenant.id);
      const system: SystemId = `azure:/subscriptions/${subscription.subscriptionId}`;
      if (reason === undefined) walked.systems.push(system);
      else walked.leftOut.push({ system, reason });
    }
    const seen = new Set(visible.map((s) => normalId(s.subscriptionId)));
    // Nothing can be read of these; their readings will say so, each by its name.
    for (const id of tree.subscriptions) if (!seen.has(normalId(id))) walked.systems.push(`azure:/subscriptions/${id}`);
  }
  walked.systems.sort();
  return withoutBranches(walked, manifest);
}

/** Without what lies in a management group that the manifest leaves out, as far as the tree tells. */
function withoutBranches(walked: Walked, manifest: Pick<Manifest, 'exclude'>): Walked {
  const parents = new Map((walked.described ?? []).flatMap((d) => (d.parent ? [[normalId(d.system), d.parent] as const] : [])));
  const ruleOf = (system: SystemId, seen = new Set<string>()): string | undefined => {
    const own = exclusionOf(manifest, system)?.rule;
    const parent = parents.get(normalId(system));
    if (own !== undefined || parent === undefined || seen.has(normalId(system))) return own;
    return ruleOf(parent, seen.add(normalId(system)));
  };
  const told = [...walked.systems, ...walked.leftOut.map((l) => l.system)];
  const excluded = told.flatMap((system) => {
    const rule = ruleOf(system);
    return rule === undefined ? [] : [{ system, rule }];
  });
  const out = new Set(excluded.map((e) => e.system));
  return {
    ...walked,
    systems: walked.systems.filter((s) => !out.has(s)),
    leftOut: walked.leftOut.filter((l) => !out.has(l.system)),
    // What could not be listed below a group is left out with it.
    unknown: walked.unknown.filter((u) => ruleOf(u.system.replace('azure:below ', 'azure:') as SystemId) === undefined),
    excluded,
  };
}

/** A disabled one is not left out: what it holds can be read, and lets in again once somebody enables it. */
function reasonToLeave({ state, tenantId }: Subscription, tenant: string): string | undefined {
  if (tenantId && !sameId(tenantId, tenant)) return `it belongs to tenant ${tenantId}, which only lets this one manage it`;
  return state === 'Deleted' ? 'the subscription is deleted' : undefined;
}

interface Tree {
  /** Ids, each once. */
  groups: string[];
  subscriptions: string[];
  unknown: Walked['unknown'];
  described: Described[];
}

async function readTree(api: ArmApi, rootId: string): Promise<Tree> {
  const groups = new Map<string, string>();
  const subscriptions = new Map<string, string>();
  const unknown: Walked['unknown'] = [];
  const described = new Map<SystemId, Described>();
  const below = (id: string): SystemId => `azure:below ${GROUP}/${id}`;
  const listed = await unlessRefused(classifyAzure, () => api.listManagementGroups());
  const ids = listed.ok ? listed.value : [];
  const isRoot = (id: string) => sameId(id, rootId);
  if (!ids.some(isRoot)) {
    const why = listed.ok ? 'the worker does not see it' : listed.failure.code;
    unknown.push({
      system: below(rootId),
      reason: `the tenant's root management group cannot be listed (${why}): subscriptions may be hidden`,
    });
  }
  for (const id of ids.toSorted((a, b) => Number(isRoot(b)) - Number(isRoot(a)))) {
    if (groups.has(normalId(id))) continue;
    groups.set(normalId(id), id);
    const descendants = await unlessRefused(classifyAzure, () => api.listDescendants(id));
    if (!descendants.ok) {
      unknown.push({ system: below(id), reason: `what lies below management group ${id} cannot be listed (${descendants.failure.code})` });
      continue;
    }
    for (const descendant of descendants.value) {
      const { type, name } = descendant;
      (isSubscription(type) ? subscriptions : groups).set(normalId(name), name);
      const one = describe(descendant);
      described.set(one.system, one);
    }
  }
  return { groups: [...groups.values()], subscriptions: [...subscriptions.values()], unknown, described: [...described.values()] };
}

const isSubscription = (type: string) => /subscriptions$/i.test(type);

function describe({ type, name, properties }: Descendant): Described {
  const parent = properties?.parent?.id;
  return {
    system: isSubscription(type) ? `azure:/subscriptions/${name}` : `azure:${GROUP}/${name}`,
    ...(properties?.displayName ? { name: properties.displayName } : {}),
    ...(parent ? { parent: `azure:${parent}` as const } : {}),
  };
}
