import type { Readable } from 'node:stream';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { FailureClass } from '../../../model/errors.ts';
import { NotYetError } from '../../answer.ts';
import { answerWithinMs, LARGEST_ANSWER, tooLarge } from '../../answer-within.ts';
import { askAgain } from '../../ask-again.ts';
import { limited } from '../../limited.ts';
import { classify, isOver, throttledOf } from './classify.ts';
import { QUOTAS } from './quotas.ts';

/** Of all services: what changes nothing. AWS names its operations by a verb. */
const QUESTION = /^(?:AssumeRole|Describe|Get|List|Simulate)/;

interface Call {
  commandName?: string;
}

interface RawResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body: unknown;
}

export interface Calling {
  /** Whose calls AWS counts together: an account's id, or the worker's own account in words. */
  account: string;
  /** Where a service counts each region by itself. */
  region?: string;
  /** Whether a question may be answered when it is asked again. */
  judge?: (error: unknown) => FailureClass;
  /** Whose session the calls are made in. */
  session?: Renewable;
}

/** A session that AWS may refuse before its time, as one that was taken back. */
export interface Renewable {
  current(): unknown;
  /** The next call is made in another one. */
  giveUp(): void;
}

/**
 * Has a client make its calls as all calls to AWS go; it must make none again by itself (`maxAttempts: 1`). A question is asked again by `askAgain`; a change is made again by
 * the engine alone, which knows how old its last look is.
 */
export function calling<C extends { middlewareStack: object }>(client: C, { account, region, judge = classify, session }: Calling): C {
  takeAnswersOnly(client);
  const { serviceId } = (client as unknown as Pick<IAMClient, 'config'>).config;
  const key = `AWS ${serviceId}, ${account}${region === undefined ? '' : ` in ${region}`}`;
  const quota = QUOTAS[serviceId];
  stackOf(client).add(
    (next, context) => (args) => {
      const { commandName = '' } = context as Call;
      const change = !QUESTION.test(commandName);
      const readable = () =>
        next(args).catch((error: unknown) => {
          throw isUnreadable(error) ? unreadable(commandName) : error;
        });
      const inSession = async () => {
        const before = session?.current();
        try {
          return await readable();
        } catch (error) {
          if (!session || !isOver(error)) throw error;
        }
        // A call that was refused so did nothing: it is made once more, in a session that another call may have made meanwhile.
        if (session.current() === before) session.giveUp();
        return await readable();
      };
      const call = () => limited({ key, change, ...(quota ? { quota } : {}) }, throttledOf, inSession);
      return change ? call() : askAgain(judge, call);
    },
    // Around all others: each time it is signed anew, with the credentials as they are then.
    { step: 'initialize', priority: 'high', name: 'asksAgain' },
  );
  return client;
}

/** All services' clients have the same stack; each is typed by its own operations. */
const stackOf = (client: { middlewareStack: object }) => (client as unknown as Pick<IAMClient, 'middlewareStack'>).middlewareStack;

/**
 * Has a client take an answer for one only where the service gave it: a proxy's or firewall's page with status 200 has no fields that the SDK knows, and would be
 * read as "nothing there". Such a page is thrown as NotYetError: the call is made again, then what it asked about is unknown. A body that is not there whole in time is
 * given up: the SDK's own limit ends with the headers.
 */
function takeAnswersOnly(client: { middlewareStack: object }): void {
  stackOf(client).add(
    (next, context) => async (args) => {
      const end = performance.now() + answerWithinMs();
      const result = await next(args);
      const response = result.response as RawResponse;
      const said = await textOf(response.body, end - performance.now());
      // The SDK reads it from here.
      response.body = Buffer.from(said);
      const { commandName = '' } = context as Call;
      if (response.statusCode < 300) demandAnswer(said, commandName, response.headers['content-type'] ?? 'none');
      return result;
    },
    // Beneath the SDK's own reading of the answer.
    { step: 'deserialize', priority: 'low', name: 'takeAnswersOnly' },
  );
}

/** The query protocol (IAM, STS, CloudFormation) answers XML whose root names the operation, the others (Organizations, Secrets Manager) a JSON object. */
function demandAnswer(said: string, command: string, type: string): void {
  const operation = command.replace(/Command$/, '');
  const root = new RegExp(`^\\s*(?:<\\?xml[^>]*>)?\\s*<${operation}Response[\\s>]`);
  if (!root.test(said) && !isJsonObject(said)) throw noAnswer(operation, type);
}

function isJsonObject(said: string): boolean {
  if (!said.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(said);
    return true;
  } catch {
    return false;
  }
}

/** The SDK looks at no refusal before it reads it: one of another shape makes it fail, and it marks such an error. */
function isUnreadable(error: unknown): boolean {
  return (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) && '$response' in error;
}

function unreadable(command: string): NotYetError {
  return new NotYetError('NotAnAnswer', `what came for ${command.replace(/Command$/, '')} is a refusal of another shape than AWS gives it`);
}

function noAnswer(operation: string, type: string): NotYetError {
  const what = `what came for ${operation} is no answer of AWS (content type ${type.slice(0, 60)})`;
  return new NotYetError('NotAnAnswer', `${what}; is there a proxy or a sign-in page between?`);
}

/** `left`: how long it may still take, in ms. Throws `TimeoutError`, which the classifier takes for what may be tried again. */
async function textOf(body: unknown, left: number): Promise<string> {
  const stream = body as Readable;
  let late: Error | undefined;
  const timer = setTimeout(() => {
    late = Object.assign(new Error('the answer was not whole in time'), { name: 'TimeoutError' });
    stream.destroy(late);
  }, left);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER) throw tooLarge('AWS');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
}
