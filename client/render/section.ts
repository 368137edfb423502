/** A heading with the number of its entries, and as many of them as a screen has room for; nothing at all where there are none. */
export function section<T>(title: string, entries: readonly T[], tell: (entry: T) => string, most: number, where: string): string[] {
  return entries.length === 0 ? [] : [`${title}: ${entries.length}`, ...firstOf(entries, tell, most, where)];
}

/** The first `most` entries, and how many more there are and where. */
export function firstOf<T>(entries: readonly T[], tell: (entry: T) => string, most: number, where: string): string[] {
  const more = entries.length - most;
  return [...entries.slice(0, most).map((e) => `  ${tell(e)}`), ...(more > 0 ? [`  … and ${more} more, ${where}`] : [])];
}
