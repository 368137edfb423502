import type { FailureClass } from '../model/errors.ts';
import type { Anchors, Json, Match } from '../model/finding.ts';
import type { Manifest } from '../model/manifest.ts';
import type { PlanItem } from '../model/plan.ts';
import type { Anew, ToRestore } from '../model/restore.ts';
import type { SystemId, SystemType } from '../model/names.ts';
import type { OwnAccess } from '../model/own-access.ts';

/** What a reader may need to know before it reads: the manifest and what the directory told. */
export interface ReadContext {
  manifest: Manifest;
  ciemPrincipalId?: string;
}

/**
 * One kind of thing onboarding left behind. Adding a kind is adding a file and naming it in its cloud's list.
 * Only `read` and `remove` speak with the cloud; they let the SDK's errors through, the cloud's classifier judges them.
 */
export interface Kind<Snapshot, Api> {
  name: string;
  /** Pure: what in this snapshot is ours and why, and what is not ours but worth telling. */
  match(snapshot: Snapshot, anchors: Anchors): Match;
  /**
   * The item's definition as it stands now, in exactly the shape of `Finding.snapshot`; undefined when it is gone. An error
   * is thrown, never turned into undefined, unless the classifier would call it `gone`.
   */
  read(api: Api, item: PlanItem): Promise<Json | undefined>;
  /**
   * Where an item's id holds a part of its definition, such as a condition: what is the same but for that part, by the id that it has.
   * An item that is gone while a newcomer stands here was changed, not removed.
   */
  inPlace?(api: Api, item: PlanItem): Promise<{ id: string; snapshot: Json }[]>;
  /**
   * Takes the items away. Idempotent. Gets one item, or, where `writeKey` is given, all planned items of one system with
   * the same key: writes that meet in one resource are one write.
   */
  remove(api: Api, items: readonly [PlanItem, ...PlanItem[]]): Promise<void>;
  writeKey?(item: PlanItem): string;
  /**
   * Pure: the unique id within a definition that no newcomer of the same name can have (RoleId, uniqueId). Where a removal has
   * several steps this lets one that was cut short go on; a kind without it is compared by its whole definition, always.
   */
  identity?(snapshot: Json): string;
  /** What reading an item that is gone tells, where that is something else than `not found`. */
  gone?: string;
  /** How to bring it back; absent where no cloud call can. */
  undo?: Undo<Api>;
  /** Why nothing brings it back, and what a person may do instead, in words; for a kind without `undo`. */
  lost?: string;
  /** A step back from removal: the thing stays, but nobody can use it. Absent where the cloud has none. */
  quarantine?: Quarantine<Api>;
}

/** How a removed thing comes back: undeleted where the cloud keeps it for a while, else made anew from the kept definition. */
export interface Undo<Api> {
  /**
   * Pure: what will not be the same again, each in a few words ("a new RoleId"); told before anybody approves a restore. `taker` is what
   * took the item along when it was removed, and makes it again.
   */
  losses(item: PlanItem, taker?: PlanItem): string[];
  /** Pure: why this very one cannot come back, though others of its kind can, and what a person may do instead; undefined when it can. */
  impossible?(item: PlanItem): string | undefined;
  /**
   * Brings items back as their snapshots say: one, or, where the kind has a `writeKey`, all of one system with the same key, just as
   * `remove` does. Idempotent: what is there already and the same is left as it is; a stranger that took the name meanwhile makes it
   * throw what the classifier calls `blocked`.
   */
  restore(api: Api, items: readonly [ToRestore, ...ToRestore[]]): Promise<void>;
  /**
   * Pure: a definition without what can never be the same again (unique ids, dates). Restored means: equal in this form. `anew`: what a
   * cloud keeps no longer loses more of it than what is undeleted.
   */
  comparable(snapshot: Json, anew?: Anew): Json;
  /** How long after its removal the cloud can give it back, in ms; absent where it is made anew, whenever that is. */
  keptFor?: number;
  /** Pure: what is lost where it is made anew after `keptFor`; absent where it cannot be. */
  anew?(item: PlanItem): string[];
  /** How long after its removal its name is free for one made anew, in ms; absent where that is at once after `keptFor`. */
  freeAfter?: number;
  /** Why it cannot be made anew after `keptFor`, or not before `freeAfter`, in words. */
  purged?: string;
  /** Its cloud refuses to make what uses it where it is not there: that cannot be had without it. */
  indispensable?: true;
}

/** How long Entra and Google Cloud keep what was deleted softly. */
export const THIRTY_DAYS = 30 * 86_400_000;

/** Reversible first: deny its trust, disable it. */
export interface Quarantine<Api> {
  /** Idempotent. */
  put(api: Api, item: PlanItem): Promise<void>;
  /** Idempotent: as if it had never been in quarantine. */
  lift(api: Api, item: PlanItem): Promise<void>;
  /** Pure: what `read` gives while it is in quarantine, so that a removal afterwards is compared with what was approved. */
  quarantined(snapshot: Json): Json;
  /** What the cloud knows of a use after `since`, in words; undefined when it knows of none. Throws where nobody may ask. */
  usedSince?(api: Api, item: PlanItem, since: Date): Promise<string | undefined>;
}

/** What stands behind an `all` in the manifest. */
export interface Walked {
  systems: SystemId[];
  /** Left out, and why: suspended, pending deletion. */
  left: { system: SystemId; reason: string }[];
  /** Parts of the tree that could not be listed. */
  unknown: { system: SystemId; reason: string }[];
  /** What the listings told besides, for people: a successor is onboarded by it. */
  described?: Described[];
}

/** A system's name as its cloud shows it, and the one it lies directly below. */
export interface Described {
  system: SystemId;
  name?: string;
  parent?: SystemId;
}

/** One type of system: how to reach it, read it in as few calls as possible, and judge what it answers. */
export interface Cloud<Snapshot, Api> {
  type: SystemType;
  /** The stages that a finding of this cloud may name, first to last. */
  order: readonly string[];
  /** The narrow interface to one system, with the worker's own credentials. */
  connect(system: SystemId, context: ReadContext): Promise<Api>;
  /**
   * The manifest with the root of each `all` that it does not name, as the worker's own credentials tell it. Throws where they do not:
   * then nothing is known of this cloud. Absent where a tree needs no root.
   */
  root?(context: ReadContext): Promise<Manifest>;
  /**
   * Lists what the manifest's `all` stands for, and only that. A part that cannot be listed is `unknown`, never an empty list; throws
   * when nothing could be listed at all. Absent where a manifest cannot say `all`.
   */
  walk?(context: ReadContext): Promise<Walked>;
  /** One snapshot of a system. A failed page or a denied listing throws: an error is never an empty list. */
  read(api: Api, system: SystemId, context: ReadContext): Promise<Snapshot>;
  /**
   * Pure: what this snapshot tells the judging of other systems. `earlier`: what an earlier plan had proved; of that the snapshot may bear
   * out what it shows still to be the very same.
   */
  anchors(snapshot: Snapshot, tenantId: string, issuer: string, earlier?: Anchors): Partial<Anchors>;
  kinds: Kind<Snapshot, Api>[];
  /** Pure. */
  classify(error: unknown): FailureClass;
  /**
   * What the worker's own identity may do in a system, as far as it may look: what it may not see is `unknown`. Absent where a system knows
   * no identities. Changes nothing.
   */
  ownAccess?(api: Api, system: SystemId, context: ReadContext): Promise<OwnAccess>;
  /** The cheapest call that shows that the credentials answer for this system; throws otherwise. Changes nothing. */
  probe(api: Api, system: SystemId): Promise<void>;
}

/** A cloud with its types hidden, as the engine holds it. */
// eslint-disable-next-line typescript/no-explicit-any -- snapshots and APIs differ by cloud; each cloud's own file is fully typed
export type AnyCloud = Cloud<any, any>;
