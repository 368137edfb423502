import { pauseAction } from './shared/pause.ts';

export const resume = pauseAction('resume', 'goes on');
