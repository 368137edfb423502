import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { hostileEstate } from './hostile-estate/estate.ts';

/** `node scripts/make-hostile-estate.ts [FILE]`: writes estates/hostile.yaml again. The same file every time. */
const file = process.argv[2] ?? join(import.meta.dirname, '..', 'estates', 'hostile.yaml');
const { manifest, objects } = hostileEstate();
const head = [
  '# Made by scripts/make-hostile-estate.ts; change that, not this. One object a line; docs/estate.md describes the format.',
  '# Northwind, an invented company: what onboarding left lies under other names among hundreds of look-alikes.',
];
writeFileSync(
  file,
  [...head, stringify({ manifest }).trimEnd(), 'objects:', ...objects.map((o) => `  - ${JSON.stringify(o)}`), ''].join('\n'),
);
const ours = objects.filter((o) => o.ours).length;
process.stdout.write(`${file}: ${ours} objects that are ours, ${objects.length - ours} that are not\n`);
