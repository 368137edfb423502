import { settled } from '../../settle.ts';
import type { ServiceAccount } from '../snapshot.ts';
import { isDenied, isGone, isRetry } from './classify.ts';

/** A call about a service account, or undefined where there is none. */
export type UnlessAbsent = <T>(name: string, ask: () => Promise<T>) => Promise<T | undefined>;

/**
 * Google answers 403 for a service account that is not there, just as for one that the worker may not see (gcloud's reference). Its project's list decides: an
 * account that is missing in two complete lists, at least `settle` ms after each other, is gone. One that is listed may have been made, undeleted or
 * deleted just now: it is asked for again, and only after some such looks the refusal stands. `list`: all accounts of a project.
 */
export function unlessAbsent(
  list: (projectId: string) => Promise<Pick<ServiceAccount, 'email' | 'uniqueId'>[]>,
  settle: number,
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
    const look = async () => {
      try {
        return { answer: await ask() };
      } catch (refused) {
        if (isGone(refused)) return { answer: undefined };
        if (!isDenied(refused)) throw refused;
        const before = missing;
        missing = await isMissing(name, refused);
        return before && missing ? { answer: undefined } : { refused };
      }
    };
    const last = await settled(settle, look, (looked) => 'answer' in looked);
    if ('answer' in last) return last.answer;
    throw last.refused;
  };
}
