/** As many lines as a screen has room for, and how many more there are and where. */
export function firstOf(lines: string[], most: number, where: string): string[] {
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`  … and ${more} more, ${where}`] : [])];
}
