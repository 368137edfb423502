import { itemsCommand } from './shared/items.ts';

export const waive = itemsCommand('waive', 'Leave unresolved items in place, with a reason, and go on; what waited for them goes on, too.');
