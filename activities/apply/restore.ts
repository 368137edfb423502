import { refusalToRestore } from '../../model/approval.ts';
import type { Deps } from '../deps.ts';
import { carryOut, intentOf, type Action, type RemoveInput, type RemoveResult } from './remove.ts';
import { unlessOpposed } from './opposing-run.ts';
import { heldUntilBack, restoreTogether } from './restore-item.ts';

const RESTORE: Action = { refusal: refusalToRestore, held: heldUntilBack, together: restoreTogether, intent: intentOf };

/** Gives planned items back, as durably as `removeItems` takes them away. */
export async function restoreItems(deps: Deps, input: RemoveInput): Promise<RemoveResult> {
  return await carryOut(deps, input, await unlessOpposed(deps, input.run, RESTORE));
}
