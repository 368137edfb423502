import { writeFileSync } from 'node:fs';
import { largeEstate } from './estate.ts';

/** Writes an estate of so many systems as JSON, an object a line: as YAML, which it is as well, it takes minutes to read. Answers how many of its objects are ours, and how many are not. */
export function writeLargeEstate(systems: number, file: string): { ours: number; others: number } {
  const { manifest, objects } = largeEstate(systems);
  const lines = objects.map((o) => JSON.stringify(o));
  writeFileSync(file, `{"manifest": ${JSON.stringify(manifest)},\n"objects": [\n${lines.join(',\n')}\n]}\n`);
  const ours = objects.filter((o) => o.ours).length;
  return { ours, others: objects.length - ours };
}
