import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, WorkflowNotFoundError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Stage } from '../../client/demo/stage.ts';
import { viewOf } from '../../client/run/ask.ts';
import { openSession, type Session } from '../../client/run/session.ts';
import { loadEstate } from '../../sandbox/estate.ts';
import { readRawManifest } from '../../client/terminal/manifest-file.ts';
import type { RunView } from '../../model/messages/status.ts';
import { ManifestSchema } from '../../model/manifest.ts';
import { liftEndedMessage, restoreMessage, startMessage } from '../../model/messages/start.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { statementText, type Proof, type Saying, type Where } from '../../model/statement/statement.ts';
import type { Signers } from './signers.ts';

const HOUR_MS = 3_600_000;

const UNREAD = 'refused: without keys nobody reads why';

/** What was tried, and what came of it in a word or two: the code of a refusal, or `taken`. */
export type Got = string;

/** How a statement is made otherwise than the person's own command would. */
export interface Forged {
  /** Whose key signs; the person who is named, unless told otherwise. */
  with?: string;
  where?: Partial<Where>;
  says?: Saying;
  /** What the statement says, where the message says something else. */
  stated?: object;
  /** How much earlier than now it is said to be signed. */
  ageMs?: number;
  validForMs?: number;
  /** For another purpose: an SSHSIG namespace, an application of its own. */
  elsewhere?: boolean;
  /** Changes the statement before it is signed, or after. */
  before?(statement: string): string;
  after?(proof: Proof): Proof;
}

/** A stage with people who prove what they say, a run that waits for approval, and what an attacker may have of it. */
export class Scene {
  readonly stage: Stage;
  readonly session: Session;
  readonly workflowId: string;
  manifest: ReturnType<typeof readRawManifest>;
  /** File of the estate that it began with. */
  readonly estate: string;
  readonly starter = 'sam.operator@contoso.example';
  readonly approver: string;
  /** Another approver. */
  readonly other: string;
  readonly signers: Signers;

  private constructor(stage: Stage, session: Session, signers: Signers, estate: string) {
    this.stage = stage;
    this.estate = estate;
    this.session = session;
    this.signers = signers;
    this.workflowId = workflowIdOf('offboarding', stage.manifest.tenant.id);
    this.manifest = readRawManifest(stage.manifestFile);
    [this.approver = '', this.other = ''] = stage.manifest.approvers;
  }

  static async open(stage: Stage, signers: Signers, estate: string): Promise<Scene> {
    return new Scene(stage, await openSession(stage.env), signers, estate);
  }

  get run(): WorkflowHandle {
    return this.session.client.workflow.getHandle(this.workflowId);
  }

  /** Somebody who may write to the namespace and has no keys. */
  get outsider(): Client {
    return new Client({ connection: this.session.connection, namespace: this.session.client.options.namespace });
  }

  /** Whether a run asks for approval of its plan. */
  async asks(): Promise<boolean> {
    const view = await this.view().catch(() => undefined);
    return view?.status === 'running' && view.gate?.gate === 'plan';
  }

  /** Starts a run, in place of one that goes on, and waits until it asks for approval. */
  async begin(): Promise<void> {
    await this.end();
    const options = { workflowId: this.workflowId, taskQueue: this.session.taskQueue, args: [await this.startInput()] };
    await this.session.client.workflow.start('offboarding', options);
    await this.until((v) => v.gate?.gate === 'plan');
  }

  /** Cancels the run, if one goes on, and waits for its end. */
  async end(): Promise<void> {
    await this.run.cancel().catch(() => {});
    await this.run.result().catch(() => {});
  }

  /** Has the clouds as the estate began, and the manifest with a change. */
  async fill(change: (manifest: Record<string, unknown>) => void): Promise<void> {
    const { manifest, objects } = loadEstate(this.estate);
    change(manifest as Record<string, unknown>);
    await this.stage.sandbox.fill({ manifest, objects });
    this.manifest = manifest as typeof this.manifest;
  }

  view(workflowId = this.workflowId): Promise<RunView> {
    return viewOf(this.session, workflowId);
  }

  async until(wanted: (view: RunView) => boolean, workflowId?: string): Promise<RunView> {
    for (let tries = 0; tries < 600; tries++) {
      const view = await this.view(workflowId).catch(() => undefined);
      if (view && wanted(view)) return view;
      await sleep(100);
    }
    throw new Error('the run did not get there');
  }

  async where(): Promise<Where> {
    const first = (await this.run.describe()).raw.workflowExecutionInfo?.firstRunId ?? '';
    return { namespace: this.session.client.options.namespace, workflowId: this.workflowId, run: { first } };
  }

  /** A message with a proof. */
  async signed<M extends { by: string }>(says: Saying, message: M, forged: Forged = {}): Promise<M & { proof: Proof }> {
    const where = { ...(await this.where()), ...forged.where };
    const now = new Date(Date.now() - (forged.ageMs ?? 0));
    const made = statementText(where, forged.says ?? says, forged.stated ?? message, now, forged.validForMs ?? 24 * HOUR_MS);
    const statement = forged.before?.(made) ?? made;
    const proof = await this.signers.prove(statement, forged.with ?? message.by, forged.elsewhere);
    return { ...message, proof: forged.after?.(proof) ?? proof };
  }

  /** Says what is right, with its proof. */
  async say<M extends { by: string }>(name: string, says: Saying, message: M): Promise<void> {
    const got = await this.update(name, await this.signed(says, message));
    if (got !== 'taken') throw new Error(`${name} of ${message.by} was not taken: ${got}`);
  }

  /** Sends an update as a client does that has the payload keys. */
  async update(name: string, message: unknown, client: Client = this.session.client): Promise<Got> {
    const handle = client.workflow.getHandle(this.workflowId);
    const updateId = randomUUID();
    const got = await codeOf(() =>
      client.withDeadline(Date.now() + 30_000, () => handle.executeUpdate(name, { args: [message], updateId })),
    ).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return 'refused: no such run goes on';
      throw error;
    });
    return got === UNREAD ? await this.#answerTo(updateId) : got;
  }

  /** What came of an update that somebody sent who cannot read it. */
  async #answerTo(updateId: string): Promise<Got> {
    try {
      return await codeOf(() => this.run.getUpdateHandle(updateId).result());
    } catch (error) {
      // What is refused before it is written to history nobody keeps.
      if (error instanceof WorkflowNotFoundError) return UNREAD;
      throw error;
    }
  }

  /** Asks a run, by a client that reads the answer if it can. */
  async asked(query: string, client: Client): Promise<Got> {
    try {
      await client.workflow.getHandle(this.workflowId).query(query);
      return 'taken: it is read';
    } catch (error) {
      if (isUnreadable(error)) return UNREAD;
      throw error;
    }
  }

  /** Sends a signal, and waits until the run has refused it or taken it. */
  async signal(name: string, message: unknown, client: Client = this.session.client): Promise<Got> {
    return await this.#heard(() => client.workflow.getHandle(this.workflowId).signal(name, message));
  }

  /** Sends once more what lies in history as the input of the newest such update: nobody needs a key for that. */
  async resent(name: string, as: 'update' | 'signal' = 'update'): Promise<Got> {
    const { events } = await this.run.fetchHistory();
    const input = events?.flatMap((e) => e.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input ?? []);
    const args = input?.findLast((i) => i.name === name)?.args;
    if (!args) throw new Error(`no ${name} lies in history`);
    const { workflowService } = this.session.connection;
    const where = { namespace: this.session.client.options.namespace, workflowExecution: { workflowId: this.workflowId } };
    if (as === 'signal')
      return await this.#heard(() =>
        workflowService.signalWorkflowExecution({ ...where, signalName: name, input: args, requestId: randomUUID() }),
      );
    const updateId = randomUUID();
    // Completed (UpdateWorkflowExecutionLifecycleStage).
    const request = { meta: { updateId }, input: { name, args } };
    await workflowService.updateWorkflowExecution({ ...where, waitPolicy: { lifecycleStage: 3 }, request });
    return await this.#answerTo(updateId);
  }

  async #heard(send: () => Promise<unknown>): Promise<Got> {
    const before = await this.view();
    await send();
    for (let tries = 0; tries < 50; tries++) {
      const now = await this.view();
      if (now.gate?.gate !== before.gate?.gate || now.status !== before.status || now.paused !== before.paused) return 'taken';
      if (now.lastRefusal !== before.lastRefusal) return `refused: ${now.lastRefusal?.split(';')[0] ?? ''}`;
      await sleep(100);
    }
    return 'refused: nothing came of it';
  }

  /** The input of an offboarding, proved by whoever starts it unless told otherwise. */
  async startInput(forged: Forged & { workflowId?: string; dryRun?: boolean; input?: object } = {}): Promise<object> {
    const said = { manifest: ManifestSchema.parse(this.manifest), by: this.starter, dryRun: forged.dryRun ?? false };
    const nonce = randomBytes(16).toString('hex');
    const where = {
      namespace: this.session.client.options.namespace,
      workflowId: forged.workflowId ?? this.workflowId,
      run: { nonce },
      ...forged.where,
    };
    const text = statementText(
      where,
      forged.says ?? 'start',
      forged.stated ?? startMessage(said),
      new Date(Date.now() - (forged.ageMs ?? 0)),
      HOUR_MS,
    );
    const proof = await this.signers.prove(text, forged.with ?? this.starter);
    return { manifest: this.manifest, startedBy: this.starter, dryRun: said.dryRun, searchAttributes: false, proof, ...forged.input };
  }

  /** `proof`: of the restore of what; without it unsigned. `lift`: signed as the lift of an ended run, for that reason. */
  async restoreInput(restores: string, proof?: string, input: object = {}, lift?: string): Promise<object> {
    const said = { tenantId: this.stage.manifest.tenant.id, restores, by: this.starter, dryRun: false };
    const where = {
      namespace: this.session.client.options.namespace,
      workflowId: workflowIdOf('restore', said.tenantId),
      run: { nonce: randomBytes(16).toString('hex') },
    };
    const stated = { ...said, restores: proof ?? '' };
    const message = lift === undefined ? restoreMessage(stated) : liftEndedMessage({ ...stated, reason: lift });
    const text = statementText(where, lift === undefined ? 'restore' : 'lift', message, new Date(), HOUR_MS);
    const signed = proof ? { proof: await this.signers.prove(text, this.starter) } : {};
    return { tenantId: said.tenantId, restores, startedBy: this.starter, dryRun: false, searchAttributes: false, ...signed, ...input };
  }

  /** Starts a workflow and tells how it ended, where it does at once. */
  async started(type: string, workflowId: string, input: unknown, client: Client = this.session.client): Promise<Got> {
    const options = { workflowId, taskQueue: this.session.taskQueue, args: [await input] };
    await client.workflow.start(type, options);
    // Whoever has the keys reads how it ended.
    const handle = this.session.client.workflow.getHandle(workflowId);
    const ended = handle.result().then(
      (result) => `${(result as { status?: string }).status ?? 'ended'}: ${(result as { reason?: string }).reason?.split(';')[0] ?? ''}`,
      (error: unknown) => `refused: ${(error as { cause?: Error }).cause?.message ?? String(error)}`,
    );
    const got = await Promise.race([ended, sleep(20_000).then(() => 'taken: it goes on')]);
    if (got.startsWith('taken')) await handle.terminate('the attack is over');
    return got;
  }

  async close(): Promise<void> {
    await this.session.close();
  }
}

/** An answer that is encrypted. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && /[Uu]nknown encoding: binary\/encrypted/.test(error.message);
}

/** The refusal's code, or `taken`. */
async function codeOf(work: () => Promise<unknown>): Promise<Got> {
  try {
    await work();
    return 'taken';
  } catch (error) {
    if (isUnreadable(error)) return UNREAD;
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const cause = error.cause;
    const code = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    return `refused: ${typeof code === 'string' ? code : (cause?.message ?? 'unread')}`;
  }
}

/** A value as anybody writes it, without keys. */
export const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
