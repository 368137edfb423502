/** Kept apart by a delimiter that neither stands in a value nor comes about where one meets it (`gcloud topic escaping`). */
export function delimited(pairs: string[]): string {
  if (pairs.length === 0) return '';
  let delimiter = '##';
  for (
    let n = 0;
    pairs
      .join(delimiter)
      .split(delimiter)
      .some((part, i) => part !== pairs[i]);
    n++
  )
    delimiter = `_${n}_`;
  return `^${delimiter}^${pairs.join(delimiter)}`;
}
