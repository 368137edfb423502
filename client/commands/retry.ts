import { itemsAction } from './shared/items.ts';

export const retry = itemsAction('retry');
