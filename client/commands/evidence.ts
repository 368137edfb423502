import { OffboardError } from '../../model/errors.ts';
import type { Command } from '../command.ts';
import { verifyEvidence } from '../verify-evidence.ts';

export const evidence: Command = {
  name: 'evidence',
  summary: 'evidence verify FOLDER: verify a folder of evidence from its files alone, without a server or keys.',
  positionals: ['verify', 'FOLDER'],
  options: {},
  async run({ positionals: [verb, folder = ''], json }, io) {
    if (verb !== 'verify')
      throw new OffboardError('Usage', `${String(verb)} is nothing to do with evidence; try: offboard evidence verify FOLDER`);
    const found = verifyEvidence(folder);
    io.out(
      json
        ? JSON.stringify({ folder, ok: true, ...found })
        : `${folder}: whole and unchanged; ${found.lines} journal lines, ${found.removals} removals begun, each approved before.`,
    );
    return await Promise.resolve(0);
  },
};
