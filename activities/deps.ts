import type { Logger } from 'pino';
import type { SystemType } from '../model/names.ts';
import type { Policy } from '../model/policy.ts';
import type { SealingKey } from '../security/sealing.ts';
import type { SigningKey } from '../security/signing.ts';
import type { AnyCloud } from './cloud.ts';
import type { Notify } from './notify.ts';
import type { ArtifactStore } from './records/artifacts.ts';
import type { Journal } from './records/journal.ts';

/** A Temporal namespace: `host:port` and its name. */
export interface TemporalPlace {
  address: string;
  namespace: string;
}

/** What the activities work with; the worker's main file makes it from its environment. */
export interface Deps {
  clouds: Record<SystemType, AnyCloud>;
  journal: Journal;
  artifacts: ArtifactStore;
  /** The worker's floor, as it is now. Throws while its file cannot be taken: what asks for it is tried again. */
  policy: Policy;
  /** When the policy's file changed last; absent where it is no file. */
  policyChangedAt?: Date;
  sealing: SealingKey;
  signing: SigningKey;
  notify: Notify;
  /** Where this worker's runs are. */
  temporal: TemporalPlace;
  evidenceFolder: string;
  log: Logger;
}
