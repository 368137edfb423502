import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startProcess, type Child } from '../../client/demo/process.ts';
import { APPROVER, STARTER } from './estate.ts';
import type { Stage } from './stage.ts';

/** A worker as a process of its own on a stage's task queue, with the stage's journal and keys and the sandbox's environment. */
export async function workerProcess(stage: Stage): Promise<Child> {
  const policy = join(stage.folder, 'policy.yaml');
  writeFileSync(policy, stringify({ identity: 'asserted', approvers: [STARTER, APPROVER] }));
  const env = { ...process.env, ...stage.env, OFFBOARD_POLICY: policy, OFFBOARD_EVIDENCE_DIR: stage.deps.evidenceFolder };
  return await startProcess('worker', ['worker/main.ts'], env, join(stage.folder, 'worker.log'));
}
