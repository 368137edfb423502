import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceAccount } from '../snapshot.ts';
import { isDenied, isGone, isRetry } from './classify.ts';

/** After how many times `apart` each further look at the list is taken: a list may show a deleted account for some seconds. */
const PAUSES = [1, 2, 4];

/** A call about a service account, or undefined where there is none. */
export type UnlessAbsent = <T>(name: string, ask: () => Promise<T>) => Promise<T | undefined>;

/**
 * Google answers 403 for a service account that is not there, just as for one that the worker may not see (gcloud's reference). Its project's list decides: an
 * account that is missing in two complete lists, at least `apart` ms after each other, is gone; else the refusal stands. `list`: all accounts of a project.
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
  const isAbsent = async (name: string): Promise<boolean> => {
    const [, project = '', , key = ''] = name.split('/');
    const isMissing = async () => !(await listed(project)).some((a) => a.email === key || a.uniqueId === key);
    let missing = await isMissing();
    for (const times of PAUSES) {
      await sleep(times * apart);
      const again = await isMissing();
      if (missing && again) return true;
      missing = again;
    }
    return false;
  };
  return async (name, ask) => {
    try {
      return await ask();
    } catch (error) {
      if (isGone(error)) return undefined;
      if (!isDenied(error)) throw error;
      const absent = await isAbsent(name).catch((unlisted: unknown) => {
        throw isRetry(unlisted) ? unlisted : error;
      });
      if (absent) return undefined;
      throw error;
    }
  };
}
