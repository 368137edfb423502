import type { FailureClass } from '../model/errors.ts';
import type { Facts } from '../model/finding.ts';
import type { Excluded } from '../model/plan.ts';
import type { Manifest } from '../model/manifest.ts';
import type { SystemId, SystemType } from '../model/names.ts';
import type { OwnAccess } from '../model/own-access.ts';
import type { Kind, Own } from './kind.ts';
import type { Rights } from './rights.ts';

/** What a reader may need to know before it reads: the manifest and what the directory told. */
export interface ReadContext {
  manifest: Manifest;
  ciemPrincipalId?: string;
  /** Object ids that the CIEM principal had before; absent where the directory could not be read. */
  ciemFormerIds?: string[];
  /** Whose reading it is: what was asked for all systems at once in one turn of a run, between two decisions, serves no other. */
  turn?: string;
  /** Set where a system is read right before something is removed: nothing older may stand for it, and this is put back into it. */
  own?: readonly Own[];
  /** Set where a system is read for the sake of what is planned in it, of these kinds: what decides about none of them may be left out. */
  kinds?: ReadonlySet<string>;
  /**
   * Set where nothing is asked but its facts and who in it uses what lies elsewhere: the rest may be left out, so that it takes few calls. How the
   * tokens begin that are asked about, such as `aws:role`; empty where it is facts alone.
   */
  usersOf?: readonly string[];
}

/** What stands behind an `all` in the manifest. */
export interface Walked {
  systems: SystemId[];
  /** What the walk left out by itself, with what lies below, because the manifest leaves out what it lies in. */
  excluded?: Excluded[];
  /** Left out, and why: suspended, pending deletion. */
  leftOut: { system: SystemId; reason: string }[];
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

/** What one system tells the judging of others. `awsIds`: unique ids of an account's roles and users; of all, only what some other names is kept. */
export type Told = Partial<Facts> & { awsIds?: string[] };

/** What the manifest and the directory tell about whom and what the clouds' own facts are. */
export type Known = Pick<Facts, 'namedAudiences' | 'ciemPrincipalId' | 'ciemFormerIds'>;

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
  /**
   * The same interface for whoever looks at several things at one moment: what they have in common, such as a policy, is asked for once. Absent where things
   * have nothing in common.
   */
  glance?(api: Api): Api;
  /**
   * One snapshot of a system, with `context.own` put back. A failed page or a denied listing throws: an error is never an empty list.
   */
  read(api: Api, system: SystemId, context: ReadContext): Promise<Snapshot>;
  /**
   * Pure: what this snapshot tells the judging of other systems. `earlier`: what an earlier plan had proved; of that the snapshot may bear
   * out what it shows still to be the very same. `known`: what of the facts of all is known before any but the directory has told its own.
   */
  facts(snapshot: Snapshot, tenantId: string, issuer: string, earlier?: Facts, known?: Known): Told;
  kinds: Kind<Snapshot, Api>[];
  /** How tokens begin that only the system of what provides them uses. */
  localTokens?: readonly string[];
  /** Pure. */
  classify(error: unknown): FailureClass;
  /**
   * What the worker's own identity may do in a system, as far as it may look: what it may not see is `unknown`. Absent where a system knows
   * no identities. Changes nothing. `read`: the system as it was read a moment ago, which need not be asked once more for what that shows.
   */
  ownAccess?(api: Api, system: SystemId, context: ReadContext, read?: Snapshot): Promise<OwnAccess>;
  /** How to ask what the worker may do. Absent where a system knows no permissions. */
  rights?: Rights<Api>;
  /** The cheapest call that shows that the credentials answer for this system; throws otherwise. Changes nothing. */
  probe(api: Api, system: SystemId): Promise<void>;
}

/** A cloud with its types hidden, as the engine holds it. */
// eslint-disable-next-line typescript/no-explicit-any -- snapshots and APIs differ by cloud; each cloud's own file is fully typed
export type AnyCloud = Cloud<any, any>;

/** A kind with its types hidden. */
export type AnyKind = Kind<unknown, unknown>;
