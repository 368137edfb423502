import type { Facts, Finding, Json, Match } from '../model/finding.ts';
import type { SystemId } from '../model/names.ts';
import type { PlanItem } from '../model/plan.ts';
import type { Recreated, ToRestore } from '../model/restore.ts';
import type { KindShell } from '../model/shell.ts';

/**
 * One kind of thing that onboarding left behind: a folder with three faces. `footprint.ts` is pure and loads without any SDK, `effects.ts` speaks
 * with the cloud through its narrow interface, `shell.ts` says what a person would type. Its `index.ts` puts them together with `makeKind`;
 * one line in its cloud's list names it.
 */
export type Kind<Snapshot, Api> = Omit<Footprint<Snapshot>, 'losses' | 'quarantined'> &
  Omit<Effects<Api>, 'restore' | 'quarantine'> & {
    /** How to bring it back; absent where no cloud call can. */
    undo?: Undo<Api>;
    /** A step back from removal: the thing stays, but nobody can use it. Absent where the cloud has none. */
    quarantine?: Quarantine<Api>;
    shell: KindShell;
  };

/** Pure: how a thing is recognised, in which order it goes, and what is lost with it. */
export interface Footprint<Snapshot> {
  name: string;
  /** What in this snapshot is ours and why, and what is not ours but worth telling. */
  match(snapshot: Snapshot, facts: Facts): Match;
  /**
   * An item's definition as a reading of its whole system shows it, in exactly the shape of `read`; undefined where that does not show it. Absent where a reading tells
   * less than `read`, or shows changes later than that.
   */
  stateIn?(snapshot: Snapshot, item: PlanItem): Json | undefined;
  /** Items with the same key in one system are one write: they are removed, and come back, together. */
  writeKey?(item: PlanItem): string;
  /**
   * The unique id within a definition that no newcomer of the same name can have (RoleId, uniqueId). Where a removal has several steps this
   * lets one that was cut short go on; a kind without it is compared by its whole definition, always.
   */
  identity?(snapshot: Json): string;
  /** Whether what stands where a planned thing stood is another one by now; for a kind without `identity`, absent where it cannot be. */
  another?(current: Json, planned: Json): boolean;
  /** What reading an item that is gone tells, where that is something else than `not found`. */
  gone?: string;
  /** What a restore cannot give back; absent where nothing comes back. */
  losses?: Losses;
  /** Why nothing brings it back, and what a person may do instead, in words; for a kind without `losses`. */
  lost?: string;
  /** What `read` gives while it is in quarantine, so that a removal afterwards is compared with what was approved. */
  quarantined?(snapshot: Json): Json;
  /**
   * The other systems, besides those that its tokens lead to, whose facts decide about an item. A hold that comes of such a fact keeps nothing else in
   * place (`Hold.keeps`) but what the item lies in.
   * Items that ask alike are given the very same function: a large estate is searched once for each.
   */
  asks?(item: PlanItem): (system: SystemId) => boolean;
  /**
   * A system as it would be had this run left an item alone: what was taken away is there as planned, what was denied or taken apart is whole.
   * `Own.byUs` tells that from what somebody else did, which stays. So that what we do ourselves is no change to whoever judges again.
   */
  putBack(snapshot: Snapshot, own: Own): Snapshot;
  /** Which systems may show what lies in another one; absent where a thing shows in its own system alone. */
  showsIn?(system: SystemId): boolean;
}

/** An item that this run, or one before it in the tenant, took away, put in quarantine or began to take apart. */
export interface Own {
  item: PlanItem;
  /** Whether its definition as it stands now (undefined: not there) is our own doing. */
  byUs(current: Json | undefined): boolean;
}

/** Calls to the cloud. They let the SDK's errors through; the cloud's classifier judges them. */
export interface Effects<Api> {
  /**
   * The item's definition as it stands now, in exactly the shape of `Finding.snapshot`; undefined when it is gone. An error is thrown, never
   * turned into undefined.
   */
  read(api: Api, item: PlanItem): Promise<Json | undefined>;
  /**
   * As `read`, for whoever only waits to see it gone: no more of the definition than `identity` asks for. Absent where `read` takes one call.
   */
  trace?(api: Api, item: PlanItem): Promise<Json | undefined>;
  /**
   * Where an item's id holds a part of its definition, such as a condition: what is the same but for that part, by the id that it has.
   * An item that is gone while a newcomer stands here was changed, not removed.
   */
  inPlace?(api: Api, item: PlanItem): Promise<{ id: string; snapshot: Json }[]>;
  /**
   * Takes the items away: one, or all planned items of one system with the same `writeKey`. Idempotent. `justSeen`: they were read a moment ago and are the
   * planned ones, so that nobody need look once more.
   */
  remove(api: Api, items: readonly [PlanItem, ...PlanItem[]], justSeen?: boolean): Promise<void>;
  restore?: Restore<Api>;
  quarantine?: QuarantineCalls<Api>;
}

/**
 * Brings items back as their snapshots say: one, or all of one system with the same `writeKey`. Idempotent: what is there already and the
 * same is left as it is; a stranger that took the name meanwhile makes it throw what the classifier calls `blocked`.
 */
export type Restore<Api> = (api: Api, items: readonly [ToRestore, ...ToRestore[]]) => Promise<void>;

/** Pure: how a removed thing comes back: undeleted where the cloud keeps it for a while, else made again from the kept definition. */
export interface Losses {
  /**
   * What will not be the same again, each in a few words ("a new RoleId"); told before anybody approves a restore. `container` is what took the
   * item along when it was removed, and makes it again.
   */
  losses(item: PlanItem, container?: PlanItem): string[];
  /** Why this very one cannot come back, though others of its kind can, and what a person may do instead; undefined when it can. */
  impossible?(item: PlanItem): string | undefined;
  /**
   * A definition without what can never be the same again (unique ids, dates). Restored means: equal in this form. `recreated`: what a cloud
   * keeps no longer loses more of it than what is undeleted.
   */
  comparable(snapshot: Json, recreated?: Recreated): Json;
  /** How long after its removal the cloud can give it back, in ms; absent where it is made again, whenever that is. */
  keptFor?: number;
  /** What is lost where it is made again after `keptFor`; absent where it cannot be. */
  recreated?(item: PlanItem): string[];
  /** How long after its removal its name is free for one made again, in ms; absent where that is at once after `keptFor`. */
  freeAfter?: number;
  /** Why it cannot be made again after `keptFor`, or not before `freeAfter`, in words. */
  purged?: string;
  /** Its cloud refuses to make what uses it where it is not there: that cannot be had without it. */
  indispensable?: true;
}

export type Undo<Api> = Losses & { restore: Restore<Api> };

/** Reversible first: deny its trust, disable it. */
export interface QuarantineCalls<Api> {
  /** Idempotent. */
  put(api: Api, item: PlanItem): Promise<void>;
  /** Idempotent: as if it had never been in quarantine. */
  lift(api: Api, item: PlanItem): Promise<void>;
  /** What the cloud knows of a use after `since`, in words; undefined when it knows of none. Throws where nobody may ask. */
  usedSince?(api: Api, item: PlanItem, since: Date): Promise<string | undefined>;
}

export type Quarantine<Api> = QuarantineCalls<Api> & { quarantined: NonNullable<Footprint<unknown>['quarantined']> };

/** What a finding is called: its kind, where it lies, and its id made of the kind's name and the one that its cloud gives it. */
export function found(kind: string, system: SystemId, native: string): Pick<Finding, 'kind' | 'system' | 'id'> {
  return { kind, system, id: `${kind}:${native}` };
}

/** The id that its cloud gives it. */
export function nativeIdOf({ kind, id }: Pick<Finding, 'kind' | 'id'>): string {
  return id.slice(kind.length + 1);
}

/** How long Entra and Google Cloud keep what was deleted softly. */
export const THIRTY_DAYS = 30 * 86_400_000;

/** A kind of its three faces. */
export function makeKind<Snapshot, Api>(footprint: Footprint<Snapshot>, effects: Effects<Api>, shell: KindShell): Kind<Snapshot, Api> {
  const { losses, quarantined, ...pure } = footprint;
  const { restore, quarantine, ...calls } = effects;
  return {
    ...pure,
    ...calls,
    shell,
    ...(losses && restore ? { undo: { ...losses, restore } } : {}),
    ...(quarantined && quarantine ? { quarantine: { ...quarantine, quarantined } } : {}),
  };
}
