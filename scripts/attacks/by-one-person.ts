import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { right, type Attack } from './by-statement.ts';
import type { Turn } from './in-turn.ts';
import type { Scene } from './scene.ts';

/** A gate that needs two approvers, and one person who would be both. */
export const BY_ONE_PERSON: (Attack & { turn: Turn })[] = [
  twice('by another key of the same person, or another sign-in', 'quorum: 2', (s) => s.approver),
  twice('by the same person, spelled otherwise', 'quorum: 2, the name in capitals', (s) => s.approver.toUpperCase()),
];

function twice(how: string, tried: string, name: (s: Scene) => string): Attack & { turn: Turn } {
  return {
    name: `approve a second time ${how}`,
    tried,
    turn: 'plan',
    by: ['onePerson'],
    expected: /NotAllowed/,
    async act(s) {
      const { policyFile } = s.stage;
      const text = readFileSync(policyFile, 'utf8');
      writeFileSync(policyFile, stringify({ ...(parse(text) as object), quorum: { plan: 2 } }));
      try {
        const said = await right(s);
        const first = await s.update('approve', await s.signed('approve', said));
        // It stands from the attack before.
        if (first !== 'taken' && !first.endsWith('NotAllowed')) throw new Error(`the first approval: ${first}`);
        const by = name(s);
        return await s.update('approve', await s.signed('approve', { ...said, by }, { with: s.signers.another(s.approver) }));
      } finally {
        writeFileSync(policyFile, text);
      }
    },
  };
}
