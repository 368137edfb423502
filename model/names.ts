/** The closed vocabularies. Each word means the same in the workflow, the journal, the CLI and every JSON. */

/** The guide's four steps, in the guide's order ("Offboarding steps"). */
export const PHASES = ['permissions', 'oidc-applications', 'data-collection', 'sign-in'] as const;
export type Phase = (typeof PHASES)[number];

/** The guide's own headings for the phases. */
export const PHASE_TITLES: Record<Phase, string> = {
  permissions: 'Removal of permissions assigned in AWS, Azure, GCP',
  'oidc-applications': 'Remove the OIDC application for AWS and GCP environments',
  'data-collection': 'Stop data collection',
  'sign-in': 'Disable user sign-in to the CIEM enterprise application',
};

export const SYSTEM_TYPES = ['aws', 'azure', 'gcp', 'entra', 'portal'] as const;
export type SystemType = (typeof SYSTEM_TYPES)[number];

export const SYSTEM_TYPE_NAMES: Record<SystemType, string> = {
  aws: 'AWS',
  azure: 'Azure',
  gcp: 'Google Cloud',
  entra: 'Entra ID',
  portal: 'Portal',
};

/** Where something lives: `aws:<account>`, `azure:<scope>`, `gcp:<resource>`, `entra:<tenant>`, `portal:<tenant>`. */
export type SystemId = `${SystemType}:${string}`;

export function systemType(system: SystemId): SystemType {
  return system.slice(0, system.indexOf(':')) as SystemType;
}

/** The system's own id in its cloud, without the type. */
export function nativeId(system: SystemId): string {
  return system.slice(system.indexOf(':') + 1);
}

/** `plan` stands before phase 1, `collectors` before phase 3, `restore` before anything is given back. */
export const GATES = ['plan', 'wave', 'collectors', 'restore'] as const;
export type Gate = (typeof GATES)[number];

/** The phases whose items need the approval of gate `collectors`, too. */
export const BEHIND_COLLECTORS: readonly Phase[] = ['data-collection', 'sign-in'];

/** The phases of a restore, which goes through them backwards. */
export const RESTORE_TITLES: Record<Phase, string> = {
  permissions: 'Give permissions back in AWS, Azure, GCP',
  'oidc-applications': 'Bring the OIDC applications for AWS and GCP environments back',
  'data-collection': 'Start data collection again',
  'sign-in': 'Enable user sign-in to the CIEM enterprise application',
};

/**
 * What became of an item. A restore has `restored` and `already-there` where a removal has `removed` and `already-gone`. `blocked` needs
 * a person, `failed` ran out of tries; both are unresolved until waived or retried. `quarantined` waits for its time: then it is removed.
 */
export const OUTCOMES = ['removed', 'already-gone', 'restored', 'already-there', 'quarantined', 'skipped', 'blocked', 'failed'] as const;
export type OutcomeWord = (typeof OUTCOMES)[number];

/** How a run ended; `superseded`: another run adopted what it did. */
export const RUN_STATUSES = ['completed', 'leftovers', 'refused', 'denied', 'cancelled', 'dry-run', 'failed', 'superseded'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export type Confidence = 'certain' | 'name-only';

/** What the right allows, worst first: rights over rights (controller, Owner), writing, reading, none (plumbing). */
export const RISKS = ['takeover', 'write', 'read', 'none'] as const;
export type Risk = (typeof RISKS)[number];

export const RISK_MEANINGS: Record<Risk, string> = {
  takeover: 'rights over rights: whoever holds it can take the account over',
  write: 'changes resources',
  read: 'reads resources or settings',
  none: 'no right of its own',
};

export type CollectorDriver = 'http' | 'operator' | 'retired';
export type CollectorType = 'aws' | 'azure' | 'gcp';

/** The portal's words when a configuration is gone (guide, "Stop data collection", step 10). */
export const DELETED_MESSAGE = 'Successfully deleted configuration';
