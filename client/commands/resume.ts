import { pauseCommand } from './shared/pause.ts';

export const resume = pauseCommand('resume', 'Let a paused run go on.', 'goes on');
