import { gateAction } from './shared/gate.ts';

export const approve = gateAction('approve');
