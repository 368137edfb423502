import { fingerprint } from '../canonical.ts';
import type { Json } from '../finding.ts';
import type { Manifest } from '../manifest.ts';
import type { Proof } from '../statement/statement.ts';

/** What starts an offboarding. */
export interface Start {
  /** With what stands for itself where it says nothing: what the run goes by, and its plan names. */
  manifest: Manifest;
  by: string;
  dryRun: boolean;
  adopt?: string | undefined;
  oldTemporalGone?: string | undefined;
}

/** What whoever starts a run says, as it is signed. The manifest, which may be long, stands in it by the SHA-256 of its canonical JSON. */
export function startMessage({ manifest, by, dryRun, adopt, oldTemporalGone }: Start, proof?: Proof) {
  return {
    manifest: fingerprint(manifest as unknown as Json),
    by,
    dryRun,
    ...(adopt === undefined ? {} : { adopt }),
    ...(oldTemporalGone === undefined ? {} : { oldTemporalGone }),
    ...(proof === undefined ? {} : { proof }),
  };
}

/** What gives back what a run removed. */
export interface Restore {
  tenantId: string;
  restores: string;
  by: string;
  dryRun: boolean;
  only?: string[] | undefined;
}

/** The same for a restore. */
export function restoreMessage({ tenantId, restores, by, dryRun, only }: Restore, proof?: Proof) {
  return { tenantId, restores, by, dryRun, ...(only === undefined ? {} : { only }), ...(proof === undefined ? {} : { proof }) };
}

/** What gives back what an ended run left in quarantine. */
export type LiftEnded = Pick<Restore, 'tenantId' | 'restores' | 'by'> & { reason: string };

/** The same for the lift of a run that has ended: who says it and why, and nothing else of it. */
export function liftEndedMessage({ tenantId, restores, by, reason }: LiftEnded, proof?: Proof) {
  return { tenantId, restores, by, reason, ...(proof === undefined ? {} : { proof }) };
}
