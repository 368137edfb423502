import type { Json } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { answerOf, NotYetError, type Answer } from '../answer.ts';
import { JUDGED_LONG_AGO, within } from '../limited.ts';
import { kindOf } from '../look/kinds.ts';
import { settled } from '../settle.ts';
import { failed, glanceOf, type Attempt, type BatchOperation, type Reach } from './operation.ts';
import { afterCall, isThrottled, persistently, readItem, waited } from './read-back.ts';

/** A call that comes no later than this after its items were read need not look at them once more, in ms. */
const JUST_SEEN_MS = 5_000;
/** No call that is judged a second time, a repeated one neither, rests on what was read of the thing's system longer ago than this, in ms. */
const JUDGED_MS = 60_000;

/** An item that may have its call, and what that was judged by. */
export interface Judged {
  item: PlanItem;
  /** How it stood. */
  current: Json | undefined;
  /** When it stood so, in ms. */
  at: number;
  /** When the reading of its system that the second judgement rests on was complete, in ms; endless where there was none. */
  restsOn: number;
}

/** One call for items that meet in it. What has failed may have been done, its answer lost: before it is made again each item is read, and judged by that. */
export class Call {
  readonly #operation: BatchOperation;
  readonly #reach: Reach;
  #left: Judged[];
  /** What became of items without that a further call was needed. */
  readonly attempts: Attempt[] = [];

  constructor(operation: BatchOperation, items: Judged[], reach: Reach) {
    this.#operation = operation;
    this.#left = items;
    this.#reach = reach;
  }

  /** Makes it, a few times where that may help. */
  async made(): Promise<Answer<void>> {
    const { settle, stopping } = this.#reach;
    const { maybeLate } = this.#operation;
    return await settled(
      settle,
      () => this.#persistently(),
      (answer) => answer.ok || stopping?.aborted === true || !maybeLate?.has(answer.failure.code),
    );
  }

  async #persistently(): Promise<Answer<void>> {
    const { cloud, stopping } = this.#reach;
    for (let round = 0; ;) {
      const answer = await answerOf(cloud, () => this.#once());
      if (answer.ok || answer.failure.code === JUDGED_LONG_AGO || !(await waited(answer.failure, round, stopping))) return answer;
      if (!isThrottled(answer.failure)) round++;
      const looked = await this.#look();
      if (!looked.ok) return looked;
    }
  }

  async #once(): Promise<void> {
    const { cloud, api } = this.#reach;
    const [first, ...rest] = this.#left;
    if (!first) return;
    const now = Date.now();
    const changesBy = Math.min(...this.#left.map(({ restsOn }) => restsOn)) + JUDGED_MS;
    if (now > changesBy) throw new NotYetError(JUDGED_LONG_AGO, 'what it was judged by is older than a minute; it is judged again');
    const states = new Map(this.#left.map(({ item, current }) => [item, current]));
    const just = this.#left.every(({ at }) => now - at <= JUST_SEEN_MS);
    const items = [first.item, ...rest.map((r) => r.item)] as const;
    const call = () => this.#operation.call(kindOf(cloud, first.item), api, items, { just, current: (item) => states.get(item) });
    // Each of its calls may have to wait its turn.
    await within({ changesBy }, call);
  }

  /** Leaves those that may still have the call. */
  async #look(): Promise<Answer<void>> {
    const reach = { ...this.#reach, glance: glanceOf(this.#reach) };
    const { cloud, stopping } = reach;
    const left: Judged[] = [];
    for (const before of this.#left) {
      const { item } = before;
      const at = Date.now();
      const read = await readItem(item, reach, stopping);
      if (!read.ok) return { ok: false, failure: afterCall(read.failure) };
      const current = read.value;
      const outcome = this.#operation.seen(item, current, kindOf(cloud, item));
      if (outcome) {
        this.attempts.push({ item, outcome });
        continue;
      }
      const judged = await persistently(cloud, async () => this.#operation.judge(item, current, reach), stopping);
      if (!judged.ok) this.attempts.push(failed(item, judged.failure));
      else if (typeof judged.value !== 'string') this.attempts.push({ item, outcome: judged.value });
      else if (judged.value === 'call') left.push({ ...before, current, at });
    }
    this.#left = left;
    return { ok: true, value: undefined };
  }
}
