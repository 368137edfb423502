import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { adversaryEstate } from './adversary-estate/estate.ts';

/** `node scripts/make-adversary-estate.ts [FILE]`: writes estates/adversary.yaml again. The same file every time. */
const file = process.argv[2] ?? join(import.meta.dirname, '..', 'estates', 'adversary.yaml');
const { manifest, objects, changes } = adversaryEstate();
const head = [
  '# Made by scripts/make-adversary-estate.ts; change that, not this. One object a line; docs/estate.md describes the format.',
  '# Tailspin, an invented company: what onboarding left is shared, doubted or orphaned, and others change it while the plan waits.',
];
const lines = (all: object[]) => all.map((o) => `  - ${JSON.stringify(o)}`);
writeFileSync(
  file,
  [...head, stringify({ manifest }).trimEnd(), 'objects:', ...lines(objects), 'changes:', ...lines(changes), ''].join('\n'),
);
const ours = objects.filter((o) => o.ours).length;
process.stdout.write(`${file}: ${ours} objects that are ours, ${objects.length - ours} that are not; ${changes.length} changes\n`);
