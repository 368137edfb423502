import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { permissionFiles } from './permission-files.ts';

/** Writes docs/permissions/ anew. */
const folder = join(import.meta.dirname, '..', 'docs', 'permissions');
rmSync(folder, { recursive: true, force: true });
for (const [name, text] of Object.entries(permissionFiles())) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
