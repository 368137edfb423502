import { counted } from '../../model/counted.ts';
import type { Change } from '../../sandbox/changes.ts';
import type { People } from './attend.ts';
import type { SandboxClient } from './sandbox-client.ts';

/** People who answer a run while others go on with their work in the clouds: all of it once the plan is open and before it is approved. */
export function amongOthers(people: People, sandbox: SandboxClient, changes: readonly Change[], tell: (line: string) => void): People {
  let done = changes.length === 0;
  return {
    ...people,
    async gate(view, signal) {
      if (!done && view.gate?.gate === 'plan') {
        await sandbox.change(changes);
        done = true;
        tell(`others make ${counted(changes.length, 'change')} in the clouds since the plan was made`);
      }
      await people.gate(view, signal);
    },
  };
}
