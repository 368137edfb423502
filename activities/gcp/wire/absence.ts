import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceAccount } from '../snapshot.ts';
import { isDenied, isGone, isRetry } from './classify.ts';

/** After how many times `apart` each further look at the list is taken: a list may show a deleted account for some seconds. */
const PAUSES = [1, 2, 4];

/** A call about a service account, or undefined where there is none. */
export type UnlessAbsent = <T>(name: string, ask: () => Promise<T>) => Promise<T | undefined>;

/**
 * Google answers 403 for a service account that is not there, just as for one that the worker may not see (gcloud's reference). Its project's list decides: an
 * account that is missing in two complete lists, at least `apart` ms after each other, is gone. One that is listed may have been made, undeleted or
 * deleted just now: it is asked for again, and only after some such looks the refusal stands. `list`: all accounts of a project.
 */
export function unlessAbsent(
  list: (projectId: string) => Promise<Pick<ServiceAccount, 'email' | 'uniqueId'>[]>,
  apart: number,
): UnlessAbsent {
  // Accounts of one project that are asked about at once share its lists.
  const underWay = new Map<string, ReturnType<typeof list>>();
  const listed = (project: string) => {
    const before = underWay.get(project);
    if (before) return before;
    const now = list(project).finally(() => underWay.delete(project));
    underWay.set(project, now);
    return now;
  };
  /** `name`: `projects/<id>/serviceAccounts/<mail address or unique id>`. */
  const isMissing = async (name: string, refused: unknown): Promise<boolean> => {
    const [, project = '', , key = ''] = name.split('/');
    const all = await listed(project).catch((unlisted: unknown) => {
      throw isRetry(unlisted) ? unlisted : refused;
    });
    return !all.some((a) => a.email === key || a.uniqueId === key);
  };
  return async (name, ask) => {
    let missing = false;
    for (const pause of [...PAUSES, undefined]) {
      try {
        return await ask();
      } catch (error) {
        if (isGone(error)) return undefined;
        if (!isDenied(error)) throw error;
        const again = await isMissing(name, error);
        if (missing && again) return undefined;
        missing = again;
        if (pause === undefined) throw error;
        await sleep(pause * apart);
      }
    }
    return undefined;
  };
}
