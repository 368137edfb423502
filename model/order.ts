import { SYSTEM_TYPES, systemType, type SystemId, type SystemType } from './names.ts';

/** The stages of each cloud, by name, first to last: docs/footprint.md, "Order". Clouds do not wait for each other. */
export type Orders = Partial<Record<SystemType, readonly string[]>>;

interface Staged {
  system: SystemId;
  stage: string;
}

/** Pure: cloud by cloud, and within a cloud by its order, which of two things goes first; 0 where both go at once. */
export function byStage(orders: Orders, a: Staged, b: Staged): number {
  const [first, second] = [systemType(a.system), systemType(b.system)];
  return SYSTEM_TYPES.indexOf(first) - SYSTEM_TYPES.indexOf(second) || placeOf(orders, a) - placeOf(orders, b);
}

/** Pure: the later of some stages of one cloud; its first one for none. */
export function lastStage(order: readonly string[], stages: readonly string[]): string {
  return order[Math.max(0, ...stages.map((s) => order.indexOf(s)))] ?? '';
}

/** -1 for a stage that the order does not name, as that of a system that could not be read: it goes first. */
function placeOf(orders: Orders, { system, stage }: Staged): number {
  return orders[systemType(system)]?.indexOf(stage) ?? -1;
}
