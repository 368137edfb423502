import type { Manifest } from '../../model/manifest.ts';
import { systemType, type SystemId, type SystemType } from '../../model/names.ts';
import type { AnyCloud, ReadContext } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable, failureMessage } from '../failures.ts';
import { forEachLimited, retryDeadlinePassed, stopRequested } from './activity.ts';
import { answerOf, type Answer } from '../answer.ts';
import { patienceFor, within } from '../limited.ts';
import { settled } from '../settle.ts';

/**
 * Asks a cloud as everything but a removal does: one that cannot be reached is thrown as CloudUnavailable, for Temporal to try the activity
 * again, while the manifest's `waits.unreachable` lasts; after that it is a failure like any other, for the caller to tell. `about` names
 * what was asked for.
 */
export async function lookInCloud<T>(
  { clouds }: Pick<Deps, 'clouds'>,
  { waits }: Pick<Manifest, 'waits'>,
  type: SystemType,
  ask: (cloud: AnyCloud) => Promise<T>,
  about: string = type,
): Promise<Answer<T>> {
  const cloud = clouds[type];
  const once = () => within({ patience: patienceFor(waits.unreachable) }, () => answerOf(cloud, () => ask(cloud)));
  let answer = await once();
  // Once more within this try: the next try of the activity asks also whatever answered now.
  if (mayPass(answer) && !stopRequested() && !retryDeadlinePassed(waits.unreachable)) answer = await once();
  if (!answer.ok && answer.failure.kind === 'retry' && !retryDeadlinePassed(waits.unreachable))
    throw cloudUnavailable(`${about}: ${failureMessage(answer.failure)}`, answer.failure.retryAfterMs);
  return answer;
}

const mayPass = (answer: Answer<unknown>): boolean =>
  !answer.ok && answer.failure.kind === 'retry' && answer.failure.retryAfterMs === undefined;

/** Asks one system, by a connection of its own. As `lookInCloud`. */
export async function lookInSystem<T>(
  deps: Pick<Deps, 'clouds'>,
  context: ReadContext,
  system: SystemId,
  ask: (api: unknown, cloud: AnyCloud) => Promise<T>,
  about: string = system,
): Promise<Answer<T>> {
  const asked = async (cloud: AnyCloud) => ask(await cloud.connect(system, context), cloud);
  return await lookInCloud(deps, context.manifest, systemType(system), asked, about);
}

/**
 * Asks the system of an item, with the connection that the look at this system began with. What it has in common with other items of that system is asked for
 * once.
 */
type AskOfItem = <T>(ask: (api: unknown, cloud: AnyCloud) => Promise<T>) => Promise<Answer<T>>;

/**
 * Looks at items as `lookAtEach`, and some time later again, together, at those whose answer does not stand; as often as `looks` says. Gives the last answer of each.
 */
export async function lookUntilSettled<I extends { id: string; system: SystemId }, T>(
  deps: Pick<Deps, 'clouds'>,
  manifest: Manifest,
  items: readonly I[],
  ask: (item: I, api: unknown, cloud: AnyCloud) => Promise<T>,
  stands: (answer: Answer<T>) => boolean,
  looks?: 2 | 4,
): Promise<Map<I, Answer<T>>> {
  const answers = new Map<I, Answer<T>>();
  let open = [...items];
  const look = async () => {
    await lookAtEach(deps, manifest, open, async (item, asked) => {
      answers.set(item, await asked((api, cloud) => ask(item, api, cloud)));
    });
    open = open.filter((item) => !stands(answers.get(item) as Answer<T>));
  };
  await settled(manifest.waits.settle, look, () => open.length === 0, looks);
  return answers;
}

/** Looks at items one after the other within a system, in several systems at once. As `lookInCloud`. */
export async function lookAtEach<I extends { id: string; system: SystemId }>(
  deps: Pick<Deps, 'clouds'>,
  manifest: Manifest,
  items: readonly I[],
  look: (item: I, ask: AskOfItem) => Promise<void>,
): Promise<void> {
  await forEachLimited([...Map.groupBy(items, (i) => i.system)], async ([system, group]) => {
    let connected: Promise<unknown> | undefined;
    const connect = async (cloud: AnyCloud): Promise<unknown> => {
      const api: unknown = await cloud.connect(system, { manifest });
      return (cloud.glance?.(api) as unknown) ?? api;
    };
    for (const item of group) {
      await look(item, (ask) =>
        lookInCloud(
          deps,
          manifest,
          systemType(system),
          async (cloud) => {
            connected ??= connect(cloud);
            // One that failed is tried again.
            connected.catch(() => (connected = undefined));
            return await ask(await connected, cloud);
          },
          item.id,
        ),
      );
    }
  });
}
