import { canonical } from './canonical.ts';
import type { Manifest } from './manifest.ts';
import type { SystemId } from './names.ts';
import { each, listed, type Selector } from './selector.ts';

const known = new WeakMap<Manifest, readonly SystemId[]>();

/** Every system the manifest names one by one, facts (Entra, OIDC account, OIDC project) included, each once, sorted. A manifest is never changed. */
export function systemsOf(manifest: Manifest): SystemId[] {
  const systems = known.get(manifest) ?? listedIn(manifest);
  known.set(manifest, systems);
  return [...systems];
}

function listedIn(manifest: Manifest): SystemId[] {
  const { aws, azure, gcp } = manifest;
  const ids: SystemId[] = [`entra:${manifest.tenant.id}`, `portal:${manifest.tenant.id}`];
  if (aws)
    for (const a of [...each(aws.oidcAccount), aws.managementAccount, aws.loggingAccount, ...listed(aws.members)])
      if (a) ids.push(`aws:${a}`);
  if (azure) {
    for (const s of listed(azure.subscriptions)) ids.push(`azure:/subscriptions/${s}`);
    for (const g of listed(azure.managementGroups)) ids.push(`azure:/providers/Microsoft.Management/managementGroups/${g}`);
    if (azure.root) ids.push('azure:/');
  }
  if (gcp) {
    if (gcp.organization) ids.push(`gcp:organizations/${gcp.organization}`);
    for (const f of listed(gcp.folders)) ids.push(`gcp:folders/${f}`);
    for (const p of [...each(gcp.oidcProject), ...listed(gcp.projects)]) ids.push(`gcp:projects/${p}`);
  }
  return [...new Set(ids)].toSorted();
}

/** The manifest with what was walked in place of each `all`. */
export function withSystems(manifest: Manifest, walked: SystemId[]): Manifest {
  const natives = (prefix: string) =>
    walked
      .filter((s) => s.startsWith(prefix))
      .map((s) => s.slice(prefix.length))
      .toSorted();
  const filled = (selector: Selector, prefix: string) => (selector === 'all' ? natives(prefix) : selector);
  const { aws, azure, gcp } = manifest;
  return {
    ...manifest,
    ...(aws && { aws: { ...aws, members: filled(aws.members, 'aws:') } }),
    ...(azure && {
      azure: {
        ...azure,
        subscriptions: filled(azure.subscriptions, 'azure:/subscriptions/'),
        ...(azure.managementGroups && {
          managementGroups: filled(azure.managementGroups, 'azure:/providers/Microsoft.Management/managementGroups/'),
        }),
      },
    }),
    ...(gcp && {
      gcp: {
        ...gcp,
        ...(gcp.folders && { folders: filled(gcp.folders, 'gcp:folders/') }),
        projects: filled(gcp.projects, 'gcp:projects/'),
      },
    }),
  };
}

/** What a walk learns beside the lists: where they hang from. */
const ROOTS: readonly string[] = ['managementAccount', 'organization'];

/** Pure: whether a manifest is the written one with a list in place of each `all`, and nothing else. */
export function isWrittenOut(manifest: Manifest, written: Manifest): boolean {
  const { aws, azure, gcp, ...rest } = manifest;
  const { aws: writtenAws, azure: writtenAzure, gcp: writtenGcp, ...writtenRest } = written;
  return (
    canonical(rest) === canonical(writtenRest) && filledIn(aws, writtenAws) && filledIn(azure, writtenAzure) && filledIn(gcp, writtenGcp)
  );
}

function filledIn(section: object | undefined, written: object | undefined): boolean {
  if (!section || !written) return section === written;
  const given = Object.entries(section);
  const asked = new Map<string, unknown>(Object.entries(written));
  const same = (key: string, value: unknown) => asked.get(key) === 'all' || canonical(value) === canonical(asked.get(key));
  return (
    [...asked.keys()].every((key) => key in section) &&
    given.every(([key, value]) => (asked.has(key) ? same(key, value) : ROOTS.includes(key)))
  );
}
