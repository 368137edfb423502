/** Kinds that have such a step, and how long it lasts. */
export interface QuarantineMode {
  kinds: ReadonlySet<string>;
  ms: number;
}

/** Pure: items, and all that each needs in the end, by id, sorted: what has them among what must go before it. */
export function withNeeded({ items }: { items: { id: string; dependsOn: string[] }[] }, ids: string[]): string[] {
  const all = new Set(ids);
  for (let before = -1; before !== all.size;) {
    before = all.size;
    for (const item of items) if (item.dependsOn.some((id) => all.has(id))) all.add(item.id);
  }
  return [...all].toSorted();
}

/** What stands between an approval and a removal belongs to what is approved. */
export function quarantineWarning(items: { kind: string }[], quarantine: QuarantineMode | undefined): string[] {
  if (!quarantine) return [];
  const count = items.filter((i) => quarantine.kinds.has(i.kind)).length;
  const hours = Math.round(quarantine.ms / 360_000) / 10;
  if (count === 0) return ['mode: quarantine: nothing of this can be denied or disabled first; all of it is removed at once'];
  return [
    `mode: quarantine: ${count} of ${items.length} things are denied or disabled first and watched for ${hours} hours; they are removed then by ` +
      'themselves, and all that has no such step with them, unless somebody lifts it',
  ];
}
