/** The scope of the system that something belongs to: its subscription (also for what lies below), its management group, or `/`. */
export function owningScope(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? scope;
}
