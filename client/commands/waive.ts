import { itemsAction } from './shared/items.ts';

export const waive = itemsAction('waive');
