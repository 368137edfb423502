import { itemsCommand } from './shared/items.ts';

export const retry = itemsCommand('retry', 'Have unresolved items tried again.');
