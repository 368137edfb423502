import { counted } from './counted.ts';
import type { Manifest } from './manifest.ts';
import type { SystemId } from './names.ts';
import { UNREAD_SYSTEM, type Excluded, type Plan } from './plan.ts';
import { matchesWildcard } from './wildcard.ts';

type Field = keyof NonNullable<Manifest['exclude']>;

/** How the systems of each list of `exclude` begin; what comes after is what its entries are compared with. */
const PREFIXES: Record<Field, string> = {
  accounts: 'aws:',
  subscriptions: 'azure:/subscriptions/',
  managementGroups: 'azure:/providers/Microsoft.Management/managementGroups/',
  folders: 'gcp:folders/',
  projects: 'gcp:projects/',
};

/** Pure: the line of the manifest that leaves a system out, such as `exclude.projects: sys-*`; undefined where none does. */
export function exclusionOf({ exclude }: Pick<Manifest, 'exclude'>, system: SystemId): { rule: string; path: PropertyKey[] } | undefined {
  const id = system.toLowerCase();
  for (const [field, prefix] of Object.entries(PREFIXES) as [Field, string][]) {
    if (!id.startsWith(prefix.toLowerCase())) continue;
    const patterns = exclude?.[field] ?? [];
    const at = patterns.findIndex((pattern) => matchesWildcard(pattern.toLowerCase(), id.slice(prefix.length)));
    if (at >= 0) return { rule: `exclude.${field}: ${patterns[at] ?? ''}`, path: ['exclude', field, at] };
  }
  return undefined;
}

/** How the words about what is left out begin. */
export const NOTHING_KNOWN = 'nothing is known of';

/** What is left out, in words, for whoever must hear of it first; undefined for nothing. `by`: where that was said. */
export function excludedWords(excluded: readonly Excluded[], by: 'manifest' | 'discovery' = 'manifest'): string | undefined {
  if (excluded.length === 0) return undefined;
  const rules = [...Map.groupBy(excluded, (e) => e.rule)].map(
    ([rule, of]) => `${rule}: ${of.length === 1 ? '' : `${of.length}, such as `}${of[0]?.system ?? ''}`,
  );
  return `${NOTHING_KNOWN} ${counted(excluded.length, 'system')} left out ${by === 'manifest' ? 'by the manifest' : 'of the discovery'} (${rules.join('; ')}), nor of what lies below`;
}

/**
 * Pure: what goes without knowing who in the systems left out needs it: what would be held if these could not be read. `asIf`: the plan had they been
 * asked for in vain.
 */
export function goesUnknowing(plan: Plan, asIf: Plan, excluded: readonly Excluded[]): string[] {
  const unread = new Set(excluded.map((e) => `${UNREAD_SYSTEM}:${e.system}`));
  const held = new Set(asIf.items.filter((i) => i.guard ?? i.dependsOn.some((id) => unread.has(id))).map((i) => i.id));
  return plan.items.filter((i) => i.guard === undefined && held.has(i.id)).map((i) => i.id);
}

/** The plan with what is left out by the manifest told before anything else. `unknowing`: ids of what goes without knowing. */
export function withExcluded(plan: Plan, excluded: readonly Excluded[], unknowing: readonly string[]): Plan {
  const words = excludedWords(excluded);
  if (words === undefined) return plan;
  const goes = unknowing.length === 0 ? '' : `; who in there needs them is not known, and these go all the same: ${unknowing.join(', ')}`;
  return {
    ...plan,
    excluded: excluded.toSorted((a, b) => (a.system < b.system ? -1 : 1)),
    warnings: [`${words}${goes}`, ...plan.warnings],
  };
}
