import { gaxios } from 'google-auth-library';
import { NotYetError } from '../../answer.ts';
import { LARGEST_ANSWER } from '../../answer-within.ts';

/**
 * The transport of every call to Google. What comes with a status of success and is no JSON is no answer of its APIs: a proxy's page has no fields that the client
 * knows, and would be read as "nothing there". It is thrown as NotYetError: the call is made again, then what it asked about is unknown. `{}` is Google's empty list.
 */
export function transportOfAnswers(timeout: number): gaxios.Gaxios {
  const transport = new gaxios.Gaxios({ timeout });
  // The library asks for a token several times by itself; a question is asked again as a whole. By `size` the body is counted as it comes.
  transport.interceptors.request.add({
    resolved: ({ retry: _, retryConfig: __, ...config }) => Promise.resolve(Object.assign(config, { size: LARGEST_ANSWER })),
  });
  transport.interceptors.response.add({
    resolved: (response) => {
      demandJson(response);
      return Promise.resolve(response);
    },
  });
  return transport;
}

function demandJson({ status, headers, data, config }: gaxios.GaxiosResponse): void {
  if (status === 204) return;
  const type = headers.get('content-type') ?? '';
  if (/^application\/(?:[\w.-]+\+)?json\b/.test(type) && typeof data === 'object' && data !== null) return;
  const { host } = new URL(config.url);
  throw new NotYetError(
    'NotAnAnswer',
    `what came from ${host} is no answer of Google's (content type ${type === '' ? 'none' : type.slice(0, 60)}); is there a proxy or a sign-in page between?`,
  );
}
