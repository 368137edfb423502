import { MEPM } from '../../model/footprint.ts';
import { unlessRefused } from '../answer.ts';
import type { ReadContext } from '../cloud.ts';
import { classifyEntra } from './wire/classify.ts';
import type { EntraApi } from './wire/clients.ts';
import type { SignInActivity } from './wire/shapes.ts';

/** Who used the CIEM principal within the manifest's `guards.usedWithin`, in words; `unseen` says why nobody could look. */
export interface CiemUse {
  /** It signed in by itself, as it does to read clouds. */
  byItself?: string;
  /** People signed in to it. */
  byPeople?: string;
  unseen?: string;
}

/** Sign-in reports need a licence and a permission that not everybody gives: a refusal is told, and holds nothing. Throws only what may be tried again. */
export async function readCiemUse(api: EntraApi, { manifest }: Pick<ReadContext, 'manifest'>, now = new Date()): Promise<CiemUse> {
  const activities = await unlessRefused(classifyEntra, () => api.listSignInActivities(MEPM.ciemAppId));
  return activities.ok ? recentUse(activities.value, manifest.guards.usedWithin, now) : { unseen: activities.failure.code };
}

/**
 * Pure; `within` in ms. What applications call it for does not count: with collectors of the driver `http` that is this worker. Source:
 * Graph beta, servicePrincipalSignInActivity.
 */
export function recentUse(activities: SignInActivity[], within: number, now: Date): CiemUse {
  const latest = (pick: (a: SignInActivity) => (string | null | undefined)[]) =>
    activities
      .flatMap(pick)
      .filter((at) => typeof at === 'string')
      .filter((at) => now.getTime() - Date.parse(at) < within)
      .toSorted()
      .at(-1);
  const itself = latest((a) => [a.applicationAuthenticationClientSignInActivity?.lastSignInDateTime]);
  const people = latest((a) => [
    a.delegatedClientSignInActivity?.lastSignInDateTime,
    a.delegatedResourceSignInActivity?.lastSignInDateTime,
  ]);
  return {
    ...(itself === undefined ? {} : { byItself: `the CIEM application signed in by itself on ${itself}` }),
    ...(people === undefined ? {} : { byPeople: `people signed in to the CIEM application on ${people}` }),
  };
}
