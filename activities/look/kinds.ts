import { fingerprint } from '../../model/canonical.ts';
import type { Json } from '../../model/finding.ts';
import { systemType } from '../../model/names.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { AnyCloud, AnyKind } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { fault } from '../failures.ts';
import type { Quarantine } from '../kind.ts';

/** The kind of an item in its cloud. Throws for a kind that this version does not know. */
export function kindOf(cloud: Pick<AnyCloud, 'type' | 'kinds'>, item: Pick<PlanItem, 'kind'>): AnyKind {
  const kind = (cloud.kinds as AnyKind[]).find((k) => k.name === item.kind);
  if (!kind) throw fault(`no kind ${item.kind} in ${cloud.type}`);
  return kind;
}

/** By `Kind.trace`, or, where its kind has none, by `Kind.read`. */
export function traceOf(kind: AnyKind, api: unknown, item: PlanItem): Promise<Json | undefined> {
  return kind.trace ? kind.trace(api, item) : kind.read(api, item);
}

/** How things of an item's kind are put in quarantine; undefined where the cloud has no such step. */
export function quarantineOf({ clouds }: Pick<Deps, 'clouds'>, item: Pick<PlanItem, 'kind' | 'system'>): Quarantine<unknown> | undefined {
  const kinds = clouds[systemType(item.system)].kinds as AnyKind[];
  return kinds.find((k) => k.name === item.kind)?.quarantine;
}

/** Pure: whether what is there now, by `Kind.read` or `Kind.trace`, was made since, and the planned one is gone. */
export function isAnother(kind: Pick<AnyKind, 'identity' | 'another'>, current: Json, { snapshot }: Pick<PlanItem, 'snapshot'>): boolean {
  return kind.identity ? kind.identity(current) !== kind.identity(snapshot) : kind.another?.(current, snapshot) === true;
}

/** Whether `now` is just what quarantine makes of a definition. */
export function isQuarantined({ quarantine }: Pick<AnyKind, 'quarantine'>, now: Json, before: Json): boolean {
  return quarantine !== undefined && fingerprint(quarantine.quarantined(before)) === fingerprint(now);
}
