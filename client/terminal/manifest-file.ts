import { parse } from 'yaml';
import { parseManifest } from '../../model/parse-manifest.ts';
import { readText } from '../../security/files.ts';

/** A manifest as it was written, after checking it. Throws OffboardError naming file, line, field and mend. */
export function readRawManifest(file: string): { tenant: { id: string } } {
  const text = readText(file);
  parseManifest(file, text);
  return parse(text) as { tenant: { id: string } };
}
