import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf, OffboardError } from '../model/errors.ts';
import type { Gate } from '../model/names.ts';
import { visible } from '../model/visible.ts';

/** Who is to decide what, until when, and where to read about it. It holds no secret, and nothing of what the plan holds. */
export interface Notice {
  event: 'opened' | 'reminder' | 'escalation' | 'expired';
  run: string;
  gate: Gate;
  opening: number;
  planHash: string;
  /** ISO time. */
  until: string;
  approvers: readonly string[];
  /** A command to type. */
  read: string;
}

/** Tells people of a gate. Resolves to why it could not, in words; undefined where it did. Never throws: no gate waits for it. */
export type Notify = (notice: Notice) => Promise<string | undefined>;

const TIMEOUT_MS = 5_000;

/**
 * Tells the log, and the webhook that OFFBOARD_WEBHOOK_URL names, where it names one. Throws InvalidValue for one that is neither https nor on this machine, or that has no secret
 * to sign with.
 */
export function notifierOf(env: NodeJS.ProcessEnv, log: Logger, secretIn: (file: string) => string): Notify {
  const address = env['OFFBOARD_WEBHOOK_URL'];
  const webhook = address === undefined || address === '' ? undefined : webhookAt(address, secretOf(env, secretIn));
  return async (notice) => {
    log.warn(notice, WORDS[notice.event]);
    const failure = await webhook?.(notice);
    if (failure !== undefined) log.error({ run: notice.run, gate: notice.gate, failure }, 'nobody could be told of a gate');
    return failure;
  };
}

const WORDS: Record<Notice['event'], string> = {
  opened: 'a gate waits for a decision',
  reminder: 'a gate still waits for a decision',
  escalation: 'a gate still waits for a decision, and will close as denied',
  expired: 'a gate closed without a decision: nothing was approved',
};

/** One line, as chats take it: `{"text": …}`. What a chat would read as markup is text. */
export function bodyOf({ event, run, gate, opening, planHash, until, approvers, read }: Notice): string {
  const line = `${WORDS[event]}: gate ${gate} (opening ${opening}) of ${run}, plan ${planHash}. ${approvers.join(' or ') || 'An approver'} decides until ${until}. To read the plan: ${read}`;
  return JSON.stringify({ text: visible(line).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') });
}

/** `t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY`, so that whoever receives it knows who sent it, and when. */
export function signatureOf(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

function webhookAt(address: string, secret: string): Notify {
  const url = URL.parse(address);
  const here = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost' || url?.hostname === '[::1]';
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && here)))
    throw new OffboardError('InvalidValue', 'OFFBOARD_WEBHOOK_URL: is no https address; write https://…');
  return async (notice) => {
    const body = bodyOf(notice);
    const headers = { 'content-type': 'application/json', 'x-offboard-signature': signatureOf(secret, body, new Date()) };
    try {
      const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      await answer.body?.cancel();
      return answer.ok ? undefined : `the webhook at ${url.host} answered ${answer.status}`;
    } catch (error) {
      // Its address may hold a token of its own.
      return `the webhook at ${url.host} does not answer (${visible(messageOf(error)).replaceAll(address, url.host)})`;
    }
  };
}

function secretOf(env: NodeJS.ProcessEnv, secretIn: (file: string) => string): string {
  const file = env['OFFBOARD_WEBHOOK_SECRET_FILE'];
  const secret = env['OFFBOARD_WEBHOOK_SECRET'] ?? (file === undefined ? '' : secretIn(file).trim());
  if (secret.length >= 16) return secret;
  throw new OffboardError(
    'InvalidValue',
    'OFFBOARD_WEBHOOK_SECRET: is missing or shorter than 16 characters; set it, or OFFBOARD_WEBHOOK_SECRET_FILE, to what the receiver checks signatures with',
  );
}
