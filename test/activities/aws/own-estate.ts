import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadedEstate } from '../../sandbox/loaded-estate.ts';

/** An estate file with the default estate's manifest and directory, and AWS as the test wants it. */
export function ownEstate(aws: { kind: string; [field: string]: unknown }[]): string {
  const { manifest, objects } = loadedEstate();
  const file = join(mkdtempSync(join(tmpdir(), 'estate-')), 'estate.yaml');
  // JSON is YAML, too.
  writeFileSync(file, JSON.stringify({ manifest, objects: [...objects.filter((o) => !o.kind.startsWith('aws-')), ...aws] }));
  return file;
}
