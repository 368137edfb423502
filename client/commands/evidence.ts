import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import type { Action } from '../terminal/command.ts';
import { evidenceFolder } from '../records/evidence-folder.ts';
import { verifyEvidence } from '../records/verify-evidence.ts';

export const evidence: Action = {
  async run({ positionals: [verb, name = ''], json }, io) {
    if (verb !== 'verify')
      throw new OffboardError('Usage', `${String(verb)} is nothing to do with evidence; evidence can be verified`, {
        next: [step('evidence', 'verify', 'FOLDER')],
      });
    const folder = await evidenceFolder(io.env, name);
    const found = verifyEvidence(folder);
    io.out(
      json
        ? JSON.stringify({ folder, ok: true, ...found })
        : `${folder}: whole and unchanged; ${found.lines} journal lines, ${found.restores > 0 ? `${found.restores} restores` : `${found.removals} removals`} begun, each approved before; index.html shows just that.`,
    );
  },
};
