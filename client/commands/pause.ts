import { pauseAction } from './shared/pause.ts';

export const pause = pauseAction('pause', 'pauses after the item under way');
