import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';

/** An answer of an Entra-protected API as the pipeline throws it. */
export function refusal(status: number, code: string, message = 'no', headers: Record<string, string> = {}): RestError {
  const request = createPipelineRequest({ url: 'https://cloud.example/', headers: createHttpHeaders({ authorization: 'Bearer secret' }) });
  const response = { request, status, headers: createHttpHeaders(headers), bodyAsText: JSON.stringify({ error: { code, message } }) };
  return new RestError(message, { ...(code ? { code } : {}), statusCode: status, request, response });
}

/** A call that was not answered. */
export function unanswered(code: string): RestError {
  return new RestError(`connect ${code}`, { code });
}
