import { Readable } from 'node:stream';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { calling } from '../../activities/aws/wire/answers.ts';
import { classify } from '../../activities/aws/wire/classify.ts';
import { everyPage } from '../../activities/aws/wire/every-page.ts';
import { classifyAzure } from '../../activities/azure/wire/classify.ts';
import { classifyEntra } from '../../activities/entra/wire/classify.ts';
import { restTo } from '../../activities/microsoft/rest.ts';
import { classifyPortal } from '../../activities/portal/wire/classify.ts';
import type { FailureClass } from '../../model/errors.ts';

/** As many answers of each kind; fast-check prints the seed of one that fails. */
const RUNS = { numRuns: 1_000 };
/** Three answers in turn have no more pages than this that were not read before. */
const ENDLESS = 20;
const STATUS = fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 429, 500, 503);
const TYPE = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'text/html',
  'text/xml',
  'application/x-amz-json-1.1',
  '',
);

/** Asks as an activity that is to stop does: nothing is asked for again. */
const once = <T>(ask: () => Promise<T>): Promise<T> =>
  asyncLocalStorage.run({ cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context, ask);

/** What a classifier makes of an answer that was none: never a throw, always a code and words for a person. */
function expectClassified(failure: FailureClass): void {
  expect(['retry', 'blocked']).toContain(failure.kind);
  expect(failure.code).toMatch(/\S/);
  expect(typeof failure.message).toBe('string');
}

/** An answer, or an error; what is listed has the shape that was asked for. */
async function judged<T>(ask: () => Promise<T[]>, isOne: (one: T) => boolean, judges: ((error: unknown) => FailureClass)[]): Promise<void> {
  let all: T[];
  try {
    all = await once(ask);
  } catch (error) {
    for (const judge of judges) expectClassified(judge(error));
    return;
  }
  expect(all.every(isOne)).toBe(true);
}

const LINK = fc.constantFrom('https://graph.example/v1.0/a', 'https://graph.example/v1.0/b', 'https://evil.example/a', '', 'no link');
const odata = fc.record(
  {
    value: fc.oneof(fc.array(fc.oneof(fc.record({ id: fc.string() }), fc.jsonValue())), fc.jsonValue()),
    '@odata.nextLink': fc.oneof(LINK, fc.jsonValue()),
    nextLink: fc.oneof(LINK, fc.jsonValue()),
    error: fc.oneof(fc.record({ code: fc.string(), message: fc.string() }), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const whole = fc.record({ value: fc.array(fc.record({ id: fc.string() })), '@odata.nextLink': LINK }, { requiredKeys: ['value'] });
const body = fc.oneof(
  whole.map((page) => JSON.stringify(page)),

  odata.map((page) => JSON.stringify(page)),
  fc.json({ maxDepth: 20 }),
  fc.string({ unit: 'binary' }),
);
/** Cut off somewhere, as a connection that breaks leaves it. */
const cut = fc.oneof(
  body,
  fc.tuple(body, fc.nat(40)).map(([text, at]) => text.slice(0, at)),
);

test('whatever comes in the place of an answer of Microsoft’s is an answer of that shape or a classified error, and ends', async () => {
  const credential = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(STATUS, TYPE, cut), { minLength: 1, maxLength: 3 }), async (answers) => {
      let asked = 0;
      const client: HttpClient = {
        sendRequest: (request) => {
          if (asked > ENDLESS) throw new Error('it never ends');
          const [status, type, bodyAsText] = answers[asked++ % answers.length] ?? [200, '', ''];
          return Promise.resolve({ request, status, headers: createHttpHeaders({ 'content-type': type }), bodyAsText });
        },
      };
      const rest = restTo({ url: 'https://graph.example/v1.0', tokenScope: 's' }, credential, client);
      const list = () => rest.list('/a', z.object({ id: z.string() }));
      await judged(list, (one) => typeof one.id === 'string', [classifyEntra, classifyAzure, classifyPortal]);
      expect(asked).toBeLessThan(ENDLESS);
    }),
    RUNS,
  );
});

const tag = fc.constantFrom('Roles', 'member', 'RoleName', 'IsTruncated', 'Marker', 'ListRolesResult', 'Error', 'Code', 'Message', 'html');
const xml = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[<&>]/g, '')),
    fc.tuple(tag, fc.array(tie('node'), { maxLength: 4 })).map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
  ),
})).node;
const FOLLOW = fc.constantFrom(
  '',
  '<IsTruncated>true</IsTruncated>',
  '<IsTruncated>true</IsTruncated><Marker>m</Marker>',
  '<Marker>n</Marker>',
);
const roles = fc
  .tuple(xml, FOLLOW)
  .map(([inner, next]) => `<ListRolesResponse><ListRolesResult><Roles>${inner}</Roles>${next}</ListRolesResult></ListRolesResponse>`);
const refusal = fc.tuple(fc.constantFrom('NoSuchEntity', 'Throttling', 'AccessDenied', ''), xml);
const iamBody = fc.oneof(
  roles,
  xml.map((inner) => `<ListRolesResponse>${inner}</ListRolesResponse>`),
  refusal.map(([code, inner]) => `<ErrorResponse><Error><Code>${code}</Code>${inner}</Error></ErrorResponse>`),
  fc.tuple(roles, fc.nat(80)).map(([text, at]) => text.slice(0, at)),
  cut,
);

test('whatever comes in the place of an answer of IAM’s is a list or a classified error, and ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(STATUS, TYPE, iamBody), { minLength: 1, maxLength: 3 }), async (answers) => {
      let asked = 0;
      const served: string[] = [];
      const requestHandler = {
        handle: () => {
          if (asked > ENDLESS) throw new Error('it never ends');
          const [statusCode, type, text] = answers[asked++ % answers.length] ?? [200, '', ''];
          served.push(text);
          return Promise.resolve({ response: { statusCode, headers: { 'content-type': type }, body: Readable.from([Buffer.from(text)]) } });
        },
      };
      const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
      const client = calling(new IAMClient({ region: 'us-east-1', credentials, maxAttempts: 1, requestHandler: requestHandler as never }), {
        account: 'account 1',
      });
      const pages = () => everyPage('ListRoles', paginateListRoles({ client }, {}));
      // What was taken for a page is one by its root, whatever came with it.
      const isPage = () => served.every((text) => /^\s*<ListRolesResponse[\s>]/.test(text));
      await judged(pages, isPage, [classify]);
      expect(asked).toBeLessThan(ENDLESS);
    }),
    RUNS,
  );
});
