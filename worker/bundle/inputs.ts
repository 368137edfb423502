import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { canonical, sha256 } from '../../model/canonical.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SDK = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/common'];

/**
 * SHA-256 of all that goes into the bundle of workflows: the sources, how it is bundled, the packages as locked and Temporal's as installed. `root` counts, too: the
 * bundle holds the paths of its sources for stack traces.
 */
export function bundleKey(root: string = ROOT): string {
  const sources = globSync(['{workflows,model}/**/*.ts', 'temporal/failure-converter*.ts', 'worker/bundle/*.ts', 'package-lock.json'], {
    cwd: root,
  }).toSorted();
  const { resolve } = createRequire(import.meta.url);
  const files = [
    ...sources.map((name) => ({ name, path: join(root, name) })),
    ...SDK.map((name) => ({ name, path: resolve(`${name}/package.json`) })),
  ];
  return sha256(canonical({ root, files: files.map(({ name, path }) => [name, sha256(readFileSync(path, 'utf8'))]) }));
}
