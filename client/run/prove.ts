import { randomBytes, randomUUID } from 'node:crypto';
import { SignInSchema } from '../../model/identity/entra.ts';
import type { Identity } from '../../model/identity/how.ts';
import { statementText, type Proof, type Saying } from '../../model/statement/statement.ts';
import { status } from '../../workflows/messages/index.ts';
import type { howToProve } from '../../workflows/how-to-prove.ts';
import type { Session } from './session.ts';
import type { Sign } from './sign.ts';

/** How it is known who says something, as the worker's policy says. */
type HowToProve = Awaited<ReturnType<typeof howToProve>>;

/** How long what is signed may be acted on, unless the worker's policy or the manifest says less. */
const VALID_FOR_MS = 30 * 86_400_000;

/** What an update or a signal says, by its name. */
const SAYING_OF: Record<string, Saying> = {
  acceptRecords: 'accept-records',
  amend: 'amend',
  approve: 'approve',
  cancelledBy: 'cancel',
  collectorReady: 'ready',
  confirmCollector: 'confirm',
  lift: 'lift',
  pause: 'pause',
  reject: 'reject',
  resendOtp: 'resend-otp',
  resume: 'resume',
  retry: 'retry',
  submitOtp: 'otp',
  waive: 'waive',
};

/** A message to a run with its proof, where a key is named, or the worker takes only what somebody signs in for. The run's first execution is asked of Temporal. */
export async function proven<M>(session: Session, workflowId: string, name: string, message: M): Promise<M> {
  const says = SAYING_OF[name];
  const sign = says && (await signOf(session, workflowId, says));
  if (!sign) return message;
  const first = (await session.client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo?.firstRunId ?? '';
  const where = { namespace: session.client.options.namespace, workflowId, run: { first } };
  const proof = await sign(statementText(where, says, message as object, new Date(), VALID_FOR_MS));
  return { ...message, proof };
}

/**
 * The proof of what begins a run; nothing where no key is named, and nobody need sign in. `demanded`: by the manifest, or `like` the run (its workflow id) whose
 * manifest it is.
 */
export async function beginProof(
  session: Session,
  workflowId: string,
  says: 'start' | 'restore' | 'lift',
  message: object,
  by: { demanded: unknown } | { like: string },
): Promise<{ proof?: Proof }> {
  const sign = session.sign ?? (await signInOf(session, by));
  if (!sign) return {};
  const nonce = randomBytes(16).toString('hex');
  const where = { namespace: session.client.options.namespace, workflowId, run: { nonce } };
  return { proof: await sign(statementText(where, says, message, new Date(), VALID_FOR_MS)) };
}

/** How whoever types proves what they say to a run. Undefined where they only assert it. */
async function signOf(session: Session, workflowId: string, says: Saying): Promise<Sign | undefined> {
  const { sign, terminal, signsIn } = session;
  if (sign || !terminal) return sign;
  // Stopping is taken from anybody: it waits for no browser.
  if (!signsIn && (says === 'pause' || says === 'cancel')) return undefined;
  if (!signsIn && (await identityOf(session, workflowId)) !== 'entra') return undefined;
  return await signedIn(session, await askedWorker(session));
}

/** Before there is a run: where the worker's policy takes only sign-ins, or the manifest does. */
async function signInOf(session: Session, by: { demanded: unknown } | { like: string }): Promise<Sign | undefined> {
  if (!session.terminal) return undefined;
  const told = await askedWorker(session);
  if (!session.signsIn && told?.identity !== 'entra') {
    const demanded = 'like' in by ? await identityOf(session, by.like) : by.demanded;
    if (demanded !== 'entra') return undefined;
  }
  return await signedIn(session, told);
}

async function signedIn({ terminal }: Session, told: HowToProve | undefined): Promise<Sign | undefined> {
  const entra = SignInSchema.safeParse(told?.entra);
  if (!terminal || !entra.success) return undefined;
  const { signInWith } = await import('./sign-in.ts');
  return signInWith(entra.data, terminal);
}

/** What a run said when it began. */
async function identityOf({ client }: Session, workflowId: string): Promise<Identity | undefined> {
  const view = await client.workflow
    .getHandle(workflowId)
    .query(status)
    .catch(() => undefined);
  return view?.identity;
}

/** How the worker's policy knows who says something, and where people sign in; undefined where the worker does not say: it refuses what is not proved. */
async function askedWorker({ client, taskQueue }: Session): Promise<HowToProve | undefined> {
  const options = { workflowId: `how-to-prove-${randomUUID()}`, taskQueue, args: [] as [], workflowExecutionTimeout: '30s' as const };
  return await client.workflow.execute<typeof howToProve>('howToProve', options).catch(() => undefined);
}
