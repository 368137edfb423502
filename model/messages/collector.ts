import type { CollectorDriver } from '../names.ts';
import type { Proof } from '../statement/statement.ts';

/** About one collector: `collector` is its id in the manifest, or the item's. */
export interface CollectorMessage {
  collector: string;
  by: string;
  proof?: Proof;
}

/** Whoever would delete one meanwhile is told so. */
export const PAUSED = 'the run is paused; resume it first';

/** A one-time password that is on its way to a person. `sentTo` is masked by the portal. */
export interface Challenge {
  deletionId: string;
  sentTo: string;
  expiresAt: string;
  attemptsLeft: number;
}

/** A collector as the run answers about it. `locked`: too many wrong codes, an approver decides. */
export interface CollectorView {
  /** Item id. */
  item: string;
  id: string;
  driver: CollectorDriver;
  recipient: string;
  stage: 'not-ready' | 'code-sent' | 'by-hand' | 'locked' | 'settled';
  challenge?: Challenge;
}
