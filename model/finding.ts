import type { Confidence, Phase, Risk, SystemId } from './names.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * One thing that onboarding left behind, as its kind judged it from a snapshot.
 *
 * Tokens tie findings together across systems: whatever `uses` a token must be gone before whatever `provides` it may go, and
 * something that is not ours but uses a token keeps what provides it in place (see `Bystander`). A token begins with the type of system
 * its users live in, such as `aws:role:<arn>`: a system of that type that could not be read may use it, too. Only `SIGN_IN_TOKEN` has users
 * in systems of several types, and begins with none.
 */
export interface Finding {
  /** Name of the kind, such as `aws-role`. */
  kind: string;
  system: SystemId;
  /** `<kind>:<native id>`, unique within a run. */
  id: string;
  /** One line for a person. */
  title: string;
  phase: Phase;
  /** Why it is ours, in words, strongest first. */
  why: string[];
  confidence: Confidence;
  risk: Risk;
  /** Name of its place in its cloud's order: what has an earlier name goes first, what has the same name side by side (`Orders`). */
  stage: string;
  /** What it was for, in onboarding's words, where a kind has several parts: `member`, `logging`, `management`, `oidc`. */
  part?: string;
  /** Its full definition: what a removal compares with and what a restore would need. */
  snapshot: Json;
  provides: string[];
  uses: string[];
  /** Ids of findings that go with it when it is removed, as a stack's resources do: all of them are planned, or it stays. */
  contains?: string[];
  /** Tokens of what it lies in, as a provider lies in its pool: that goes after it, and stays while it stays, whoever decided that. Also in `uses`. */
  within?: string[];
  /**
   * What it does for whatever provides a token: it is among its `means` (the roles of an account, the account of a pool), or MEPM's `entry` to it
   * (our pool's grant on an account). Where others need that working, its means are held with it; where its whole way is kept, its entries, too.
   * `mepm`, of an entry: Permissions Management itself is shut `out`, or it is `unknown` whether it comes in; absent where it does.
   */
  serves?: { token: string; as: 'means' | 'entry'; mepm?: 'out' | 'unknown' }[];
  /** Of what it uses, what Permissions Management comes in to it by: no way is left once all that provides these is gone. */
  enteredBy?: string[];
  /** Where what it says of who comes in shuts Permissions Management itself `out`, or leaves it `unknown` whether that comes in. */
  mepm?: 'out' | 'unknown';
  /**
   * Identities that it is, or gives its rights to or takes them from: a role's ARN and name, the object id of an assignment's principal, a
   * service account's address, a pool. What the worker itself runs under stays (`guards/ourselves.ts`).
   */
  standsFor?: string[];
  /** The run that planned it, where nothing read today finds it: it rests on what was proved then. */
  carriedFrom?: string;
  /** Nothing of its own shows it to be ours, but the manifest names it (`guards/foreign.ts`). */
  onlyNamed?: true;
  /** What a person does about it where the worker itself runs under it, in words: then it is planned, and held whatever an override says. */
  ownStep?: string;
  /** A guard the kind itself found: a person decides. */
  hold?: Hold;
}

export interface Hold {
  code: string;
  reason: string;
  /**
   * Others need the thing working: so its `means` stay with it. `way`: nobody knows by which way it is needed, so what it is entered by stays as
   * well. Absent where it may stay as an orphan: a lock, an owner who has to act, a doubt.
   */
  keeps?: 'means' | 'way';
  /** Who needs the thing, where that is what holds it. */
  who?: string[];
  /** What lies in the thing, stays, and would go along with it, where that is what holds it. */
  inside?: string;
  /** The guards that it is made of, where there are several. */
  parts?: Hold[];
}

/** Something that is not ours and stays, but is worth telling: a look-alike, Defender's, another user of something ours. */
export interface Bystander {
  system: SystemId;
  id: string;
  why: string;
  uses: string[];
  /** Microsoft Defender for Cloud's: its own CIEM shares the application with Permissions Management. */
  defender?: true;
}

export interface Match {
  findings: Finding[];
  bystanders: Bystander[];
  /**
   * How many things of this kind were looked at, ours or not: what a breaker's percentage is taken of. Absent when nobody knows,
   * or where all of the kind is Permissions Management's anyway (its data collectors, its sign-in): a share of it would tell nothing.
   */
  seen?: number;
}

/** What proves things in other systems to be ours. */
export interface Proof {
  /** What they show it by, such as the ARN of a role in a trust policy. */
  mark: string;
  /** Why whose it is is doubted: itself and what lets the doubt in, in words. What rests on it alone is doubted, too (`guards/doubt.ts`). */
  doubt?: string;
  /** What it proves is ours by name only, as it is itself. */
  nameOnly?: true;
  /** Unique ids of IAM's: there is no doubt where all that had them were deleted. Only until all systems have told what they know. */
  unlessDeleted?: string[];
}

/** What one system says of itself that the judging of others needs. Collected over all systems before any is judged. */
export interface Facts {
  tenantId: string;
  /** Issuer without scheme, trailing slash included. */
  issuer: string;
  /** Object id of the CIEM service principal in this tenant; absent when the directory holds none. */
  ciemPrincipalId?: string;
  /** Object ids that it had before it was deleted, sorted: Azure still knows assignments by these. */
  ciemFormerIds?: string[];
  /** Ids among `entra.formerPrincipals` of the manifest that somebody else has. */
  notFormer?: string[];
  /** Per scope, assignments of roles that onboarding gave, to principals that the directory does not know; `unseen`: why nobody could ask it. */
  azureOrphans?: { scope: string; count: number; unseen?: string }[];
  /** That the CIEM service principal signed in by itself within the manifest's `guards.usedWithin`, in words: what it holds in Azure is held. */
  ciemUsedRecently?: string;
  /** Audiences that the manifest names beside onboarding's own: people could rename them, but nothing else says that these are MEPM's. */
  namedAudiences?: string[];
  /** OIDC roles, by ARN and by unique id (other accounts' trust policies show either), sorted. */
  awsOidcRoles: Proof[];
  /** What trust policies name by unique id, roles and users, and whether it was deleted; `unknown` where not every account was read. Sorted. */
  awsById?: { id: string; state: 'alive' | 'deleted' | 'unknown' }[];
  /** Whether Microsoft Defender for Cloud's own CIEM uses what Permissions Management shares with it; absent when nobody looked. */
  defender?: DefenderUse;
  /** What the worker itself runs under: names and ARNs of roles, service account addresses, object and application ids. Never removed. */
  ourselves?: string[];
  /** Azure deployment stacks that manage role assignments: what one of them made is held. */
  deploymentStacks?: DeploymentStackMark[];
  /** Scopes whose deployment stacks nobody could list, with the code of the refusal: whether one owns an assignment there is not known. */
  deploymentStacksUnlisted?: string[];
  /**
   * Service accounts that a workload identity pool of ours may act as. `named`: by an id or display name of onboarding's. `usedRecently`: what and when, in
   * words; what they hold is held. `gone`: it was proved before and is not there any more; what it held stands under its unique id.
   */
  gcpServiceAccounts: ({ email: string; uniqueId: string; confidence: Confidence; named?: true; usedRecently?: string; gone?: true } & Pick<
    Proof,
    'doubt'
  >)[];
  /** Addresses of service accounts that hold a role which onboarding gives and few others have: a mark of its own. Absent where nobody looked. */
  gcpOnboarded?: string[];
  /** Who else may act as all service accounts of a project, folder or organisation, where one of ours is, or may be, among these. Told, and holds nothing. */
  gcpActing?: { resource: string; role: string; member: string }[];
  /**
   * Workload identity pools with a provider of ours, by name, with their project's number: what their identities hold anywhere is MEPM's, but for those of a pool that
   * others share.
   */
  gcpPools?: ({
    name: string;
    projectNumber: string;
    confidence: Confidence;
    shared?: true;
    usedRecently?: string;
    /** It is not there: it was deleted, and can be undeleted `until` then where that is known (`{}`: at most 30 days), or is gone for `good`. */
    deleted?: { until?: string } | 'good';
  } & Pick<Proof, 'doubt'>)[];
}

/** `unknown`, for want of permission to look, counts as in use. */
export interface DefenderUse {
  state: 'in-use' | 'absent' | 'unknown';
  /** Where it was seen, or what could not be looked at, in words. */
  why: string[];
}

/** An Azure deployment stack, by its ARM id. `assignments`: ids of the role assignments it manages; `deny`: its deny settings, where they deny. */
export interface DeploymentStackMark {
  id: string;
  assignments: string[];
  location?: string;
  deny?: string;
}
