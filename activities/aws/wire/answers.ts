import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { IAMClient } from '@aws-sdk/client-iam';
import { NotYetError } from '../../answer.ts';

/** As long as the SDK waits for the headers. */
const BODY_MS = 30_000;

interface RawResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body: unknown;
}

/**
 * Has a client take an answer for one only where the service gave it: a proxy's or firewall's page with status 200 has no fields that the SDK knows, and would be
 * read as "nothing there". Such a page is thrown as NotYetError: the call is made again, then what it asked about is unknown. A body that is not there whole
 * `within` ms after its headers is given up, as the SDK's own time limits do not.
 */
export function takingAnswersOnly<C extends { middlewareStack: object }>(client: C, within = BODY_MS): C {
  // All services' clients have the same stack; each is typed by its own operations.
  const { middlewareStack } = client as unknown as Pick<IAMClient, 'middlewareStack'>;
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const response = result.response as RawResponse;
      const said = await textOf(response.body, within);
      // The SDK reads it from here.
      response.body = Buffer.from(said);
      const { commandName = '' } = context as { commandName?: string };
      if (response.statusCode < 300) demandAnswer(said, commandName, response.headers['content-type'] ?? 'none');
      return result;
    },
    // Beneath the SDK's own reading of the answer.
    { step: 'deserialize', priority: 'low', name: 'takingAnswersOnly' },
  );
  return client;
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

function noAnswer(operation: string, type: string): NotYetError {
  const what = `what came for ${operation} is no answer of AWS (content type ${type.slice(0, 60)})`;
  const error = new NotYetError('NotAnAnswer', `${what}; is there a proxy or a sign-in page between?`);
  // By this the SDK knows that it may ask again.
  return Object.assign(error, { $retryable: { throttling: false } });
}

/** Throws `TimeoutError`, which the SDK and the classifier take for what may be tried again. */
async function textOf(body: unknown, within: number): Promise<string> {
  const stream = body as Readable;
  let late: Error | undefined;
  const timer = setTimeout(() => {
    late = Object.assign(new Error(`the answer broke off: its body was not whole after ${within / 1000} s`), { name: 'TimeoutError' });
    stream.destroy(late);
  }, within);
  try {
    return await text(stream);
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
}
