import { counted } from '../../model/counted.ts';
import type { Change } from '../../sandbox/changes.ts';
import type { People } from './attend.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** People who answer a run while others go on with their work in the clouds: at each gate, once it is open and before it is approved, all that belongs there. */
export function amongOthers(people: People, sandbox: SandboxClient, changes: readonly Change[], tell: (line: string) => void): People {
  const left = new Map([...Map.groupBy(changes, (c) => c.at ?? 'plan')].map(([gate, of]) => [gate as string, of]));
  return {
    ...people,
    async gate(view, signal) {
      const gate = view.gate?.gate ?? '';
      const due = left.get(gate);
      if (due) {
        left.delete(gate);
        await sandbox.change(due);
        tell(`others make ${counted(due.length, 'change')} in the clouds while gate ${gate} waits`);
      }
      await people.gate(view, signal);
    },
  };
}
