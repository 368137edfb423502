import { namedTwice, type Fault } from './fault.ts';
import { normalPerson } from './identity/person.ts';
import { meansItem, nativeOfItem, normalMicrosoft, normalNative } from './identity/native.ts';
import { exclusionOf } from './exclusion.ts';
import type { SystemId } from './names.ts';
import type { Manifest } from './manifest.ts';
import { each, listed } from './selector.ts';

/** Pure: what no schema can say of a manifest: what is named twice, what contradicts something else, a tree without its root. */
export function manifestFaults(manifest: Manifest): Fault[] {
  return [
    ...duplicates(manifest),
    ...contradictions(manifest),
    ...namedAndLeftOut(manifest),
    ...rootFaults(manifest),
    ...waitFaults(manifest),
  ];
}

/** Pure: what the lists of systems and people name twice, in whatever spelling. */
export function duplicates(manifest: Manifest): Fault[] {
  const { aws, azure, gcp, entra } = manifest;
  const lists: [string, readonly string[] | undefined, (value: string) => string][] = [
    ['aws.oidcAccount', each(aws?.oidcAccount), normalNative],
    ['aws.members', listed(aws?.members), normalNative],
    ['azure.subscriptions', listed(azure?.subscriptions), normalMicrosoft],
    ['azure.managementGroups', listed(azure?.managementGroups), normalMicrosoft],
    ['gcp.oidcProject', each(gcp?.oidcProject), normalNative],
    ['gcp.folders', listed(gcp?.folders), normalNative],
    ['gcp.projects', listed(gcp?.projects), normalNative],
    ['exclude.accounts', manifest.exclude?.accounts, normalNative],
    ['exclude.subscriptions', manifest.exclude?.subscriptions, normalMicrosoft],
    ['exclude.managementGroups', manifest.exclude?.managementGroups, normalMicrosoft],
    ['exclude.folders', manifest.exclude?.folders, normalNative],
    ['exclude.projects', manifest.exclude?.projects, normalNative],
    ['entra.applications', entra.applications, normalMicrosoft],
    ['entra.formerPrincipals', entra.formerPrincipals, normalMicrosoft],
    ['approvers', manifest.approvers, normalPerson],
    ['administrators', manifest.administrators, normalPerson],
    ['protected', manifest.protected, nativeOfItem],
    ['waves.pilot', manifest.waves?.pilot, normalMicrosoft],
  ];
  return [
    ...lists.flatMap(([path, values = [], normal]) => namedTwice(path.split('.'), values, normal)),
    ...namedTwice(
      ['collectors'],
      manifest.collectors.map((c) => c.id),
      (id) => id,
      ['id'],
    ),
  ];
}

/** What is protected and lifted, or lifted twice, says two things of one item. */
function contradictions({ overrides, protected: kept }: Manifest): Fault[] {
  const items = overrides.map((o) => o.item);
  const twice = namedTwice(['overrides'], items, nativeOfItem, ['item']).map((f): Fault => ({ ...f, code: 'InvalidValue' }));
  const both = items.flatMap((item, o) =>
    kept.flatMap((id, p): Fault[] => {
      if (!meansItem(id, item) && !meansItem(item, id)) return [];
      const what = `${item} is protected${id === item ? '' : ` as ${id}`}, and an override would remove it`;
      const places = [
        ['protected', p],
        ['overrides', o, 'item'],
      ];
      return [{ code: 'InvalidValue', path: ['overrides', o, 'item'], what, places, mend: 'take one of the two out' }];
    }),
  );
  return [...twice, ...both];
}

/** What of a manifest, or of a discovery's scope, names systems. */
type Named = Pick<Manifest, 'azure' | 'gcp' | 'exclude'> & { aws?: Omit<NonNullable<Manifest['aws']>, 'assumeRole'> | undefined };

/** What is named one by one is looked at: leaving it out as well says two things. */
export function namedAndLeftOut(manifest: Named): Fault[] {
  const { aws, azure, gcp } = manifest;
  const lists: [PropertyKey[], readonly string[], string][] = [
    [['aws', 'oidcAccount'], each(aws?.oidcAccount), 'aws:'],
    [['aws', 'managementAccount'], each(aws?.managementAccount), 'aws:'],
    [['aws', 'loggingAccount'], each(aws?.loggingAccount), 'aws:'],
    [['aws', 'members'], listed(aws?.members), 'aws:'],
    [['azure', 'subscriptions'], listed(azure?.subscriptions), 'azure:/subscriptions/'],
    [['azure', 'managementGroups'], listed(azure?.managementGroups), 'azure:/providers/Microsoft.Management/managementGroups/'],
    [['gcp', 'folders'], listed(gcp?.folders), 'gcp:folders/'],
    [['gcp', 'projects'], listed(gcp?.projects), 'gcp:projects/'],
    [['gcp', 'oidcProject'], each(gcp?.oidcProject), 'gcp:projects/'],
  ];
  return lists.flatMap(([path, ids, prefix]) =>
    ids.flatMap((id, at): Fault[] => {
      const exclusion = exclusionOf(manifest, `${prefix}${id}` as SystemId);
      if (exclusion === undefined) return [];
      const place = ids.length > 1 ? [...path, at] : path;
      const what = `${id} is named, and left out as well`;
      return [{ code: 'InvalidValue', path: place, what, places: [exclusion.path, place], mend: 'take it out of one of the two' }];
    }),
  );
}

/** What is removed from is never guessed: a manifest names the root of each tree. */
function rootFaults({ aws, gcp }: Manifest): Fault[] {
  const missing = (path: string[], what: string): Fault => ({ code: 'InvalidValue', path, what: 'is missing', mend: what });
  return [
    ...(aws?.members === 'all' && aws.managementAccount === undefined
      ? [missing(['aws', 'managementAccount'], 'members: all asks it for the accounts of the organisation')]
      : []),
    ...((gcp?.projects === 'all' || gcp?.folders === 'all') && gcp.organization === undefined
      ? [missing(['gcp', 'organization'], 'all means everything below it')]
      : []),
  ];
}

function waitFaults({ mode, waits }: Manifest): Fault[] {
  if (mode !== 'quarantine' || waits.quarantine < waits.approvalValid) return [];
  const what = 'is not shorter than waits.approvalValid';
  const mend = 'the approval would expire before anything is removed';
  return [{ code: 'InvalidValue', path: ['waits', 'quarantine'], what, mend }];
}
