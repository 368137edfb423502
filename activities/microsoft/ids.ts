/** ARM ids and GUIDs mean the same in any case of letters: their one normal form is lower case. */
export function normalId(id: string): string {
  return id.toLowerCase();
}

export function sameId(a: string, b: string): boolean {
  return normalId(a) === normalId(b);
}

/** The name that ends an ARM id, as it is written there. */
export function nameOf(armId: string): string {
  return armId.slice(armId.lastIndexOf('/') + 1);
}

/** The Azure scope of the system that something belongs to: its subscription (also for what lies below), its management group, or `/`. */
export function owningScope(scope: string): string {
  return /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? scope;
}
