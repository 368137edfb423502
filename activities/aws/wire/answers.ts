import type { IAMClient } from '@aws-sdk/client-iam';
import { NotYetError } from '../../answer.ts';

interface RawResponse {
  statusCode: number;
  headers: Record<string, string | undefined>;
  body: unknown;
}

/**
 * Has a client take an answer for one only where the service gave it: a proxy's or firewall's page with status 200 has no fields that the SDK knows, and would be
 * read as "nothing there". Such a page is thrown as NotYetError: the call is made again, then what it asked about is unknown.
 */
export function takingAnswersOnly<C extends { middlewareStack: object }>(client: C): C {
  // All services' clients have the same stack; each is typed by its own operations.
  const { middlewareStack } = client as unknown as Pick<IAMClient, 'middlewareStack'>;
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const response = result.response as RawResponse;
      if (response.statusCode < 300) await demandAnswer(response, (context as { commandName?: string }).commandName ?? '');
      return result;
    },
    // Beneath the SDK's own reading of the answer.
    { step: 'deserialize', priority: 'low', name: 'takingAnswersOnly' },
  );
  return client;
}

/** The query protocol (IAM, STS, CloudFormation) answers XML whose root names the operation, the others (Organizations, Secrets Manager) a JSON object. */
async function demandAnswer(response: RawResponse, command: string): Promise<void> {
  const text = await textOf(response.body);
  // The SDK reads it from here.
  response.body = Buffer.from(text);
  const operation = command.replace(/Command$/, '');
  const root = new RegExp(`^\\s*(?:<\\?xml[^>]*>)?\\s*<${operation}Response[\\s>]`);
  if (!root.test(text) && !isJsonObject(text)) throw noAnswer(operation, response.headers['content-type'] ?? 'none');
}

function isJsonObject(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function noAnswer(operation: string, type: string): NotYetError {
  const what = `what came for ${operation} is no answer of AWS (content type ${type.slice(0, 60)})`;
  return new NotYetError('NotAnAnswer', `${what}; is there a proxy or a sign-in page between?`);
}

async function textOf(body: unknown): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
