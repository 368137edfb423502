import { manifestFaults } from './manifest-faults.ts';
import { ManifestSchema, type Manifest } from './manifest.ts';
import { parseYaml } from './yaml.ts';

/** Checks the text of a manifest file. Throws OffboardError naming file, line, field and mend. */
export function parseManifest(file: string, text: string): Manifest {
  return parseYaml(file, text, ManifestSchema, manifestFaults);
}
