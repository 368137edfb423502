import type { JWK } from 'jose';
import { OffboardError } from '../../model/errors.ts';
import type { Identity } from '../../model/identity/how.ts';
import { effectivePolicy, identityFault } from '../../model/policy.ts';
import { plainWords } from '../../model/yaml.ts';
import { refuseFaults, unseenFaults } from '../../model/fault.ts';
import { manifestFaults } from '../../model/manifest-faults.ts';
import { ManifestSchema, type Manifest } from '../../model/manifest.ts';
import { isAmong, samePerson } from '../../model/identity/person.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { type Reason, step } from '../../model/next-step.ts';
import { quorumOf } from '../../model/quorum.ts';
import { GATES, systemType, type SystemId, type SystemType } from '../../model/names.ts';
import { readDirectoryRoles, type DirectoryRoles } from '../entra/directory-roles.ts';
import type { EntraApi } from '../entra/wire/clients.ts';
import type { Deps } from '../deps.ts';
import { failureMessage } from '../failures.ts';
import { lookInSystem } from '../look/look.ts';
import { counted } from '../../model/counted.ts';
import { startMessage } from '../../model/messages/start.ts';
import type { Admission } from '../../model/statement/proof.ts';
import type { Proof } from '../../model/statement/statement.ts';
import { parseRunName, withoutDryRun, workflowIdIn, workflowIdOf } from '../../model/run-name.ts';
import { nonceOf, provedPart, unproved } from './prove.ts';
import { goByPolicy } from '../records/policy.ts';
import { stillInQuarantine } from '../records/in-quarantine.ts';
import { earlierRun, runsOfTenant } from '../records/plans.ts';

export interface StartRunInput {
  run: string;
  workflowId: string;
  /** As it was written: parsed YAML, checked again here. */
  manifest: unknown;
  startedBy: string;
  dryRun: boolean;
  proof?: Proof;
  /** When it began, by the workflow's time, in ISO. */
  arrivedAt: string;
  /** Why the Temporal of the run to take over from cannot be asked any more. */
  oldTemporalGone?: string;
  /** A run that this one is to take over from; that is done once this one may begin. */
  adopt?: string;
}

export interface StartRunResult {
  /** All at once; empty when the run may go on. */
  failures: Reason[];
  /** Address of the manifest among the artifacts: what later activities take. */
  manifest: string;
  /** In milliseconds. */
  waits: Manifest['waits'];
  /** How long the pilot is watched before the rest may follow, in milliseconds. */
  soak: number;
  collectors: Manifest['collectors'];
  /** Reversible first. */
  mode?: Manifest['mode'];
  /** Who may decide about this run. */
  approvers: string[];
  /** How the worker's policy knows who says something. */
  identity: Identity;
  /** Public key that one-time passwords are sealed to. */
  otpPublicKey: JWK;
}

/**
 * Opens the run's journal and checks everything the guide demands before a change: successor, directory roles, answering
 * credentials, somebody who may approve. Changes nothing.
 */
export async function startRun(deps: Deps, input: StartRunInput): Promise<StartRunResult> {
  const manifest = parseManifest(input.manifest);
  const address = await deps.artifacts.put(input.run, manifest);
  const fault = identityFault(deps.policy, manifest);
  const { nobody, ...asked } = fault
    ? { nobody: asReasons([fault]) }
    : await unproved(deps, input.run, manifest, 'start', saidBy(input, manifest), input.arrivedAt);
  const opened = await openRun(deps, { ...provedPart(input, nobody), ...asked }, manifest, address);
  if (nobody.length > 0) return await refusedStart(deps, input.run, opened, nobody);
  const failures: Reason[] = [
    ...asReasons(successorFailures(manifest, new Date())),
    ...approverFailures(deps, manifest, input.startedBy),
    ...asReasons(await credentialFailures(deps, manifest)),
    ...asReasons(await directoryFailures(deps, manifest)),
    ...(input.adopt === undefined ? await openBefore(deps, input.run) : []),
    ...(input.adopt === undefined ? await earlierQuarantine(deps, input.run) : []),
  ];
  await deps.journal.append(input.run, { type: 'preconditions', failures });
  return { ...opened, failures, soak: manifest.waves?.soak ?? 0, mode: manifest.mode, collectors: manifest.collectors };
}

/** What whoever starts a run says. The manifest, which may be long, stands in it by the SHA-256 of its canonical JSON. */
function saidBy({ startedBy, dryRun, adopt, oldTemporalGone, proof }: StartRunInput, manifest: Manifest) {
  return startMessage({ manifest, by: startedBy, dryRun, adopt, oldTemporalGone }, proof);
}

/** Whoever did not prove to be somebody is told nothing else. */
async function refusedStart(
  deps: Deps,
  run: string,
  opened: Awaited<ReturnType<typeof openRun>>,
  failures: Reason[],
): Promise<StartRunResult> {
  await deps.journal.append(run, { type: 'preconditions', failures });
  return { ...opened, approvers: [], failures, soak: 0, collectors: [] };
}

/** Begins the journal of a run, and tells what the workflow works with whatever the run does. `manifestHash`: the manifest's address. */
export async function openRun(
  deps: Deps,
  {
    run,
    workflowId,
    startedBy,
    proof,
    admission,
  }: Pick<StartRunInput, 'run' | 'workflowId' | 'startedBy' | 'proof'> & { admission?: Admission },
  manifest: Manifest,
  manifestHash: string,
  undoes: { restores?: string; lifts?: { reason: string } } = {},
): Promise<Pick<StartRunResult, 'manifest' | 'waits' | 'approvers' | 'identity' | 'otpPublicKey'>> {
  demandTenant(run, manifest.tenant.id);
  const before = await deps.journal.ledger(run);
  if (before.startedBy !== undefined && before.manifest !== manifestHash)
    throw new OffboardError('InvalidValue', 'manifest: is another than the run began with; start a new run');
  if (before.startedBy === undefined) {
    const started = { workflowId, startedBy, manifestHash, tenantId: manifest.tenant.id, temporal: deps.temporal };
    await deps.journal.append(run, {
      type: 'run-started',
      ...started,
      ...undoes,
      ...(manifest.identity === undefined ? {} : { identity: manifest.identity }),
      ...(proof ? { proof, ...nonceOf(proof), ...(admission ? { admission } : {}) } : {}),
    });
  }
  await goByPolicy(deps, run);
  const { approvers, identity } = effectivePolicy(deps.policy, manifest);
  return { manifest: manifestHash, waits: manifest.waits, approvers, identity, otpPublicKey: deps.sealing.publicJwk };
}

/** What a run does, it does in the tenant that its workflow id names: by that id runs of a tenant know of each other. Throws InvalidValue. */
export function demandTenant(run: string, tenantId: string): void {
  const named = parseRunName(run);
  if (!named || named.tenantId === tenantId) return;
  const right = workflowIdOf(named.sort, tenantId);
  throw new OffboardError('InvalidValue', `tenant.id: is not the tenant that the workflow id names; the workflow id must be ${right}`);
}

/** The worker checks for itself: whoever can write to the namespace can start a workflow with any input. */
function parseManifest(raw: unknown): Manifest {
  const parsed = ManifestSchema.safeParse(raw, { error: plainWords });
  if (!parsed.success)
    throw new OffboardError('InvalidValue', `manifest: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
  refuseFaults([...unseenFaults(parsed.data), ...manifestFaults(parsed.data)], 'manifest');
  return parsed.data;
}

/** Failures that no command mends. */
function asReasons(failures: string[]): Reason[] {
  return failures.map((reason) => ({ reason }));
}

const DAY_MS = 86_400_000;

/** The guide lets offboarding begin only once a successor is onboarded: on a day that has begun anywhere. */
export function successorFailures({ successor }: Pick<Manifest, 'successor'>, now: Date): string[] {
  const today = new Date(now.getTime() + DAY_MS / 2).toISOString().slice(0, 10);
  if (!('since' in successor) || successor.since <= today) return [];
  return [
    `successor.since: ${successor.since} is a day to come, and offboarding begins only once a successor is onboarded; start again then, or mend the date`,
  ];
}

export function approverFailures(deps: Deps, manifest: Manifest, startedBy: string): Reason[] {
  const policy = effectivePolicy(deps.policy, manifest);
  if (policy.approvers.length === 0) {
    return asReasons(["approvers: none of the manifest's approvers is among those of the worker's policy; name one who is"]);
  }
  const able = policy.approvers.filter((a) => !policy.fourEyes || !samePerson(a, startedBy));
  const most = Math.max(...GATES.map((gate) => quorumOf(policy, gate)));
  // How many a group or a role stands for, nobody knows before.
  const countable = !deps.policy.people?.some((p) => (p.group ?? p.role) !== undefined && isAmong(p.name, able));
  if (countable && able.length > 0 && able.length < most)
    return asReasons([`approvers: ${most} are needed at a gate, and only ${able.join(', ')} could approve; name more`]);
  if (policy.fourEyes && policy.approvers.every((a) => samePerson(a, startedBy))) {
    return asReasons([`approvers: only ${startedBy}, who started the run, could approve; name a second person`]);
  }
  return [];
}

/** A cloud fails when none of its systems answers; one that does not is that system's own matter, told in the plan. */
async function credentialFailures(deps: Deps, manifest: Manifest): Promise<string[]> {
  const failures: string[] = [];
  for (const [type, systems] of Map.groupBy(systemsOf(manifest), systemType)) {
    if (type === 'portal' && !manifest.collectors.some((c) => c.driver === 'http')) continue;
    const failure = await firstAnswer(deps, manifest, type, systems);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

async function firstAnswer(deps: Deps, manifest: Manifest, type: SystemType, systems: SystemId[]): Promise<string | undefined> {
  let last = '';
  for (const system of systems) {
    const answer = await lookInSystem(deps, { manifest }, system, (api, cloud) => cloud.probe(api, system));
    if (answer.ok) return undefined;
    last = `${system}: ${failureMessage(answer.failure)}`;
  }
  return `${type}: no system answers with the worker's credentials (${last}); give the worker access and start again`;
}

async function directoryFailures(deps: Deps, manifest: Manifest): Promise<string[]> {
  const answer = await lookInSystem(deps, { manifest }, `entra:${manifest.tenant.id}`, (api) => readDirectoryRoles(api as EntraApi));
  if (!answer.ok) return [`entra: directory roles cannot be read (${failureMessage(answer.failure)})`];
  return roleFailures(manifest, answer.value);
}

/** With it an application may delete applications and disable service principals, as a person may by the directory role. Source: Graph permissions reference. */
const MANAGES_APPLICATIONS = 'Application.ReadWrite.All';

/** Pure. The guide's notes: Cloud Application Administrator for phases 2 and 4, Permissions Management Administrator for phase 3. */
export function roleFailures(manifest: Pick<Manifest, 'administrators' | 'collectors'>, roles: DirectoryRoles): string[] {
  const failures: string[] = [];
  const manages = roles.workerPermissions.includes(MANAGES_APPLICATIONS);
  if (!manages && !roles.cloudApplicationAdministrators.includes(roles.workerPrincipalId)) {
    failures.push(
      `entra: the worker's principal ${roles.workerPrincipalId} is not a Cloud Application Administrator, as the guide demands; assign that role to it, or give it the application permission ${MANAGES_APPLICATIONS}`,
    );
  }
  // Whoever is eligible activates the role when the one-time password comes.
  const holders = [...roles.permissionsManagementAdministrators, ...roles.eligibleAdministrators].map((a) => a.name);
  const administrators = [...holders, ...(manifest.administrators ?? [])];
  const unseen = roles.eligibleUnseen === undefined ? '' : ` (who is eligible for it could not be looked at: ${roles.eligibleUnseen})`;
  for (const recipient of new Set(manifest.collectors.map((c) => c.recipient))) {
    if (!isAmong(recipient, administrators)) {
      failures.push(
        `collectors: ${recipient} is not a Permissions Management Administrator${unseen}; assign the role, or attest it under administrators`,
      );
    }
  }
  return failures;
}

/**
 * A run before that changed something and has no end: its Temporal was lost, or it was terminated. What it did is in nobody's list until a run adopts
 * it, and a restore of this one would not find it.
 */
async function openBefore(deps: Deps, run: string): Promise<Reason[]> {
  if (workflowIdIn(run) !== withoutDryRun(workflowIdIn(run))) return [];
  for (const before of await runsOfTenant(deps.journal, run)) {
    const { ended, begun, quarantined } = await deps.journal.ledger(before);
    if (ended !== undefined || begun.size + quarantined.size === 0) continue;
    const reason = `${before} of this tenant began to change ${counted(begun.size + quarantined.size, 'thing')} and has not ended: take over from it, so that what it did can be restored`;
    return [{ reason, next: [step('start', 'MANIFEST', '--adopt', before, '--by', 'NAME')] }];
  }
  return [];
}

/**
 * What a run before left denied or disabled, as a precondition that fails; nothing when all was lifted, or given back by a restore. It
 * looks like something that somebody changed: a plan made now would hold it for its true definition.
 */
export async function earlierQuarantine(deps: Deps, run: string): Promise<Reason[]> {
  const before = await earlierRun(deps.journal, run);
  if (before === undefined) return [];
  const still = await stillInQuarantine(deps.journal, before);
  const [first] = still;
  if (first === undefined) return [];
  const reason = `${before} left ${still.size} things in quarantine, such as ${first}; give them back first`;
  const { ended } = await deps.journal.ledger(before);
  const lift = ended === undefined ? [] : [step('lift', before, '--by', 'NAME', '--reason', 'TEXT')];
  return [{ reason, next: [...lift, step('restore', before, '--by', 'NAME')] }];
}
