import { gateAction } from './shared/gate.ts';

export const reject = gateAction('reject');
