import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { largeEstate } from './estate.ts';

/** Writes an estate of so many systems. Answers how many of its objects are ours, and how many are not. */
export function writeLargeEstate(systems: number, file: string): { ours: number; others: number } {
  const { manifest, objects } = largeEstate(systems);
  const lines = objects.map((o) => `  - ${JSON.stringify(o)}`);
  writeFileSync(file, [stringify({ manifest }, { aliasDuplicateObjects: false }).trimEnd(), 'objects:', ...lines, ''].join('\n'));
  const ours = objects.filter((o) => o.ours).length;
  return { ours, others: objects.length - ours };
}
