import { Context } from '@temporalio/activity';
import { ownAmong } from '../../../model/guards/ourselves.ts';
import { UNREAD_SYSTEM, buildPlan, type Plan, type PlanItem } from '../../../model/plan.ts';
import type { BatchKey } from '../../../model/batch.ts';
import { SYSTEM_TYPES, systemType, type SystemId, type SystemType } from '../../../model/names.ts';
import { SIGN_IN_TOKEN } from '../../../model/tokens.ts';
import type { Answer } from '../../answer.ts';
import { judgeReadings } from '../../discover/judge.ts';
import { principalsIn, type Reading } from '../../discover/read.ts';
import { failedToSignIn, failureMessage } from '../../failures.ts';
import { breathe } from '../../piecewise.ts';
import { forEachLimited, stopSignal } from '../../look/activity.ts';
import { kindOf } from '../../look/kinds.ts';
import { leftAlone } from '../../plan/left-alone.ts';
import { persistently } from '../read-back.ts';
import type { Again, RunAtWork } from '../operation.ts';
import { judgeAgain } from './judge-again.ts';
import { joinedSince, type Joined } from './joined.ts';
import { earlierBy, ownDoings, removedEarlier, type Earlier } from './own.ts';
import { onlyPutBack } from '../../put-back.ts';
import { plannedIn, type Planned } from './planned.ts';
import { ageOf, givenAlready, keptReading, lateReading, readingOf, type Wanted } from './readings.ts';

/** How old a reading of a thing's own system may be when it is removed, in ms. */
const FRESH_MS = 45_000;
/** Other systems are read once in a step, or by another step of the phase right before. */
const ONCE = Infinity;

/**
 * Judges approved items a second time, right before they are removed: the plan is made again from what stands now, by the same rules, with what this run did put
 * back. Whatever the first judgement rested on is so read again: the thing's own system, the systems that prove it ours or may use it, and those that a guard asks.
 */
export class SecondLook {
  readonly #at: RunAtWork;
  /** Whose readings are looked at. */
  readonly #step: Pick<Wanted, 'step' | 'phase' | 'row'>;
  readonly #planned: Planned;
  #earlier: Promise<Earlier> | undefined;

  /**
   * `batch`: the batch of the plan under way. Those of one stage look at the same readings, and those of one phase and wave tell each other of other systems; what is
   * worked on for itself, or once more, comes after a wait and has its own.
   */
  constructor(at: RunAtWork, batch?: BatchKey) {
    const { activityId, activityType, attempt } = Context.current().info;
    const step = batch ? [batch.phase, batch.type, batch.wave, batch.stage].join(' ') : activityId;
    this.#at = at;
    this.#planned = plannedIn(at);
    const turn = [at.run, at.planHash, activityType, at.ledger.turns].join(' ');
    const beside = batch && attempt === 1 && { row: `${at.run} ${batch.type}`, phase: [turn, batch.phase, batch.wave].join(' ') };
    this.#step = { step: [turn, step, attempt].join(' '), ...beside };
  }

  /** What holds an item now, and how it stands. `itself`: but for what follows from others that stay. `anew`: its own system, and those that prove it, are read from now on. */
  async judge(item: PlanItem, of?: 'itself', anew?: 'anew'): Promise<Answer<Again>> {
    const readings: Reading[] = [{ system: item.system, artifact: item.system }];
    const snapshots = new Map<SystemId, unknown>();
    const provers = this.#proversOf(item);
    let notNow: Answer<never> | undefined;
    const whole = new Set([item.system, ...provers]);
    const asked = await this.#askedFor(item);
    for (const { system, reason } of asked.unknown) readings.push({ system, unknown: reason });
    const toRead: SystemId[] = [];
    // Of what many items rest on one new reading serves all that look anew meanwhile.
    const isAnew = (system: SystemId) => anew !== undefined && whole.has(system);
    const usersIn = (system: SystemId) => (whole.has(system) || this.#goesBeside(item, system) ? undefined : usersOf(item, system));
    for (const system of new Set([...provers, ...asked.systems])) {
      const given = isAnew(system)
        ? undefined
        : (givenAlready(this.#at.deps, this.#wanted(system)) ?? givenAlready(this.#at.deps, this.#wanted(system, usersIn(system))));
      if (given === undefined) toRead.push(system);
      else snapshots.set(system, given);
    }
    for (const system of snapshots.keys()) readings.push({ system, artifact: system });
    await forEachLimited(toRead, async (system) => {
      const read = await this.#read(system, isAnew(system) ? this.#at.manifest.waits.settle / 2 : ONCE, usersIn(system));
      if (read.ok) snapshots.set(system, read.value);
      // A failed sign-in tells nothing of the system: that is mended, not decided about.
      else if (read.failure.kind === 'retry' || failedToSignIn(read.failure)) notNow ??= read;
      readings.push(read.ok ? { system, artifact: system } : { system, unknown: failureMessage(read.failure) });
    });
    if (notNow) return notNow;
    // Last, since others may take minutes to answer.
    const own = await this.#read(item.system, anew ? 0 : FRESH_MS);
    if (!own.ok) return own;
    snapshots.set(item.system, own.value);
    const at = Date.now() - Math.min(FRESH_MS, ageOf(this.#at.deps, { ...this.#step, system: item.system }, own.value));
    // Many looks wait for the same readings, and come here at once.
    await breathe();
    const again = await this.#planAgain(item, whole, readings, snapshots);
    const outcome = judgeAgain(item, this.#planned, again, this.#at.ledger, await this.#isPutBack(), of);
    const state = this.#stateOf(item, own.value);
    const unproved = !again.items.some(({ id }) => id === item.id);
    return { ok: true, value: { at, ...(outcome ? { outcome } : {}), ...(unproved ? { unproved } : {}), ...(state ? { state } : {}) } };
  }

  /** How an item stands by what was read of its system, if that is fresh still. What this run did to it is undone in there, so then it is read by itself. */
  #stateOf(item: PlanItem, own: unknown): Again['state'] {
    const { deps, ledger } = this.#at;
    const touched =
      ledger.openIntents.has(item.id) || ledger.quarantined.has(item.id) || ledger.outcomes.get(item.id)?.outcome === 'removed';
    const age = ageOf(deps, { ...this.#step, system: item.system }, own);
    if (touched || age > FRESH_MS) return undefined;
    const current = kindOf(deps.clouds[systemType(item.system)], item).stateIn?.(own, item);
    return current === undefined ? undefined : { current };
  }

  #wanted(system: SystemId, users?: string[]): Wanted {
    return { ...this.#step, system, ...(users ? { asked: `users of ${users.join(' ')}` } : {}) };
  }

  async #read(system: SystemId, maxAge: number, users?: string[]): Promise<Answer<unknown>> {
    const { deps, manifest, plan } = this.#at;
    const type = systemType(system);
    const cloud = deps.clouds[type];
    const directory = type === 'azure' ? await this.#ciemPrincipal() : undefined;
    if (directory && !directory.ok) return directory;
    const whole = this.#wanted(system);
    const wanted = this.#wanted(system, users);
    // A whole reading tells the users, too.
    const here = users && (await keptReading(deps, whole));
    const known = here ?? (await lateReading(deps, whole, maxAge)) ?? (await lateReading(deps, wanted, maxAge));
    if (known) return known;
    const lasting = this.#planned.isAsked(system);
    return await readingOf(deps, { ...wanted, lasting }, maxAge, async () => {
      const earlier = await this.#removedEarlier();
      // In a large estate this takes milliseconds for each system, and thousands are begun at once: heartbeats must get their turn.
      await breathe();
      const own = ownDoings(this.#at, this.#planned, earlier, system);
      const kinds = new Set(this.#planned.in.get(system)?.items.map((i) => i.kind));
      const context = { manifest, own, kinds, ...(users ? { usersOf: users } : {}), ...principalsIn(plan.facts), ...directory?.value };
      return await persistently<unknown>(
        cloud,
        async () => cloud.read(await cloud.connect(system, context), system, context),
        stopSignal(),
      );
    });
  }

  /** The directory tells by which id Azure knows the principal. */
  async #ciemPrincipal(): Promise<Answer<ReturnType<typeof principalsIn>>> {
    const { deps, manifest, plan } = this.#at;
    const [directory] = this.#planned.systems.get('entra') ?? [];
    if (directory === undefined) return { ok: true, value: {} };
    const read = await this.#read(directory, ONCE);
    if (!read.ok) return read;
    return { ok: true, value: principalsIn(deps.clouds.entra.facts(read.value, manifest.tenant.id, plan.facts.issuer)) };
  }

  /** Whether something of another system goes in the same stage: it is read whole for that anyway. */
  #goesBeside({ phase, stage }: PlanItem, system: SystemId): boolean {
    return this.#planned.in.get(system)?.stages.has(`${phase} ${stage}`) ?? false;
  }

  /** The other systems that prove ours what lies in an item's system: what is ours for its user's sake rests on what proves the user, too. */
  #proversOf({ system }: PlanItem): SystemId[] {
    const uses = this.#planned.in.get(system)?.uses ?? [];
    return [...uses].flatMap((t) => this.#planned.providers.get(t) ?? []).filter((s) => s !== system);
  }

  /** The other systems that may use an item, or whose facts the kinds of its system ask for. */
  async #askedFor(item: PlanItem): Promise<Joined> {
    const tokens = this.#usedElsewhere(item);
    const asks = this.#planned.asks(item);
    const asked: Joined = { systems: [], unknown: [] };
    for (const type of SYSTEM_TYPES) {
      const all = this.#planned.systems.get(type) ?? [];
      const isUsed = tokens.some((t) => mayBeUsedIn(t, type));
      const known = (isUsed ? all : this.#planned.askedIn(type, asks)).filter((s) => s !== item.system);
      if (!isUsed && known.length === 0) continue;
      const joined = await joinedSince(this.#at, this.#planned, this.#step, type);
      asked.systems.push(...known, ...joined.systems.filter((s) => isUsed || asks(s)));
      asked.unknown.push(...joined.unknown);
    }
    return asked;
  }

  /** The tokens of an item that other systems may use. */
  #usedElsewhere({ system, provides }: PlanItem): string[] {
    const { localTokens = [] } = this.#at.deps.clouds[systemType(system)];
    return provides.filter((t) => !localTokens.some((prefix) => t.startsWith(prefix)));
  }

  async #planAgain(
    item: PlanItem,
    whole: ReadonlySet<SystemId>,
    readings: Reading[],
    snapshots: ReadonlyMap<SystemId, unknown>,
  ): Promise<Plan> {
    const { deps, manifest, plan, ledger } = this.#at;
    const { system } = item;
    const usedElsewhere = this.#usedElsewhere(item).length > 0;
    const judged = await judgeReadings(
      deps,
      manifest,
      readings,
      ({ system: of }) => Promise.resolve(snapshots.get(of)),
      plan.facts,
      (of) => usedElsewhere || whole.has(of),
    );
    const { match, facts, unknown } = judged;
    const provided = new Set(match.findings.filter((f) => f.system === system).flatMap((f) => f.provides));
    // Of a system that proves nothing here nothing counts but who uses what lies here.
    const counts = (one: { system: SystemId; uses: string[] }) => whole.has(one.system) || one.uses.some((t) => provided.has(t));
    // What an earlier run took away stands there for what it proves: it is not there, and needs nothing any more.
    const { ids: removedBefore } = await this.#removedEarlier();
    const notThere = new Set([...snapshots.values()].flatMap((s) => [...onlyPutBack(s)]).filter((id) => removedBefore.has(id)));
    const today = match.findings.filter((f) => counts(f) && !notThere.has(f.id));
    // What rests on an earlier run's proof is compared by its definition alone; who needs it is asked all the same.
    const found = new Set(today.filter((f) => f.confidence === 'certain').map((f) => f.id));
    const carried = (this.#planned.in.get(system)?.items ?? []).filter((i) => i.carriedFrom !== undefined && !found.has(i.id));
    const findings = [...today.filter((f) => !carried.some((c) => c.id === f.id)), ...carried];
    const ours = new Set(findings.map((f) => f.id));
    const excused = new Set(leftAlone(ledger).map((l) => l.item));
    return buildPlan({
      tenantId: plan.tenantId,
      manifestHash: plan.manifestHash,
      findings,
      bystanders: match.bystanders.filter((b) => counts(b) && !ours.has(b.id)),
      unknown: unknown.filter((u) => !excused.has(`${UNREAD_SYSTEM}:${u.system}`)),
      protected: manifest.protected,
      overrides: this.#planned.overridden.flatMap(({ id, override }) =>
        override === undefined || !ours.has(id) || excused.has(id) ? [] : [{ item: id, reason: override }],
      ),
      leftAlone: leftAlone(ledger),
      pilot: [],
      maxItems: Infinity,
      foreignThings: deps.policy.foreignThings ?? false,
      maxPercent: 100,
      kindCounts: [],
      facts: { ...facts, ourselves: [...new Set([...(facts.ourselves ?? []), ...ownAmong(findings, plan.facts.ourselves ?? [])])] },
      orders: plan.order,
    });
  }

  async #isPutBack(): Promise<(id: string) => boolean> {
    const { ledger } = this.#at;
    const { ids } = await this.#removedEarlier();
    return (id) => ids.has(id) || (this.#planned.byId.has(id) && ledger.outcomes.get(id)?.outcome === 'removed');
  }

  #removedEarlier(): Promise<Earlier> {
    return (this.#earlier ??= removedEarlier(this.#at).then(earlierBy));
  }
}

function mayBeUsedIn(token: string, type: SystemType): boolean {
  return token === SIGN_IN_TOKEN || token.startsWith(`${type}:`);
}

/** How the tokens of an item begin whose users are asked for in a system: one reading serves all items that ask alike. */
function usersOf({ provides }: PlanItem, system: SystemId): string[] {
  const asked = provides.filter((t) => mayBeUsedIn(t, systemType(system)));
  return [...new Set(asked.map((t) => (t === SIGN_IN_TOKEN ? t : t.split(':').slice(0, 2).join(':'))))].toSorted();
}
