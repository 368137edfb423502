import { gateCommand } from './shared/gate.ts';

export const approve = gateCommand('approve', 'Approve the plan that waits at a gate.');
