import { gateCommand } from './shared/gate.ts';

export const reject = gateCommand('reject', 'Reject the plan that waits at a gate; the run then stops safely.');
