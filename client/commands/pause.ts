import { pauseCommand } from './shared/pause.ts';

export const pause = pauseCommand('pause', 'Stop a run between items until it is resumed.', 'pauses after the item under way');
