import { Readable } from 'node:stream';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import fc from 'fast-check';
import { OAuth2Client } from 'google-auth-library';
import { cloudasset_v1 } from 'googleapis/build/src/apis/cloudasset/v1.js';
import { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { policyanalyzer_v1 } from 'googleapis/build/src/apis/policyanalyzer/v1.js';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { calling } from '../../activities/aws/wire/answers.ts';
import { classify } from '../../activities/aws/wire/classify.ts';
import { everyPage } from '../../activities/aws/wire/every-page.ts';
import { classifyAzure } from '../../activities/azure/wire/classify.ts';
import { classifyEntra } from '../../activities/entra/wire/classify.ts';
import { accountApi, activityApi } from '../../activities/gcp/wire/accounts.ts';
import { transportOfAnswers } from '../../activities/gcp/wire/answers.ts';
import { AskingAuth } from '../../activities/gcp/wire/auth.ts';
import { classifyGcp } from '../../activities/gcp/wire/classify.ts';
import { assetApi, policyApi } from '../../activities/gcp/wire/policies.ts';
import { poolApi } from '../../activities/gcp/wire/pools.ts';
import { roleApi } from '../../activities/gcp/wire/roles.ts';
import { treeApi } from '../../activities/gcp/wire/tree.ts';
import { finished } from '../../activities/gcp/wire/wire.ts';
import { forgetLimits } from '../../activities/limited.ts';
import { restTo } from '../../activities/microsoft/rest.ts';
import { classifyPortal } from '../../activities/portal/wire/classify.ts';
import type { FailureClass } from '../../model/errors.ts';
import { CASES } from './cases.ts';

/** They take some seconds; a machine that is busy with other work takes ten times as long. */
vi.setConfig({ testTimeout: 200_000 });
afterAll(() => vi.resetConfig());

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

/** Asks as an activity that is to stop does: nothing is asked for again, nor waits for its turn because of what was answered before. */
const once = <T>(ask: () => Promise<T>): Promise<T> => {
  forgetLimits();
  return asyncLocalStorage.run({ cancellationSignal: AbortSignal.abort(), info: { startToCloseTimeoutMs: 60_000 } } as Context, ask);
};

/** What a classifier makes of an answer that was none: never a throw, always a code and words for a person. */
function expectClassified(failure: FailureClass): void {
  expect(['retry', 'blocked']).toContain(failure.kind);
  expect(failure.code).toMatch(/\S/);
  expect(typeof failure.message).toBe('string');
}

/** What JavaScript itself says of a value that is not what somebody took it for: nobody looked at it before. */
function expectNoRawError(error: unknown): void {
  expect(error instanceof TypeError || error instanceof RangeError ? error.stack : undefined).toBeUndefined();
}

/** An answer, or an error; what is listed has the shape that was asked for. */
async function judged<T>(ask: () => Promise<T[]>, isOne: (one: T) => boolean, judges: ((error: unknown) => FailureClass)[]): Promise<void> {
  let all: T[];
  try {
    all = await once(ask);
  } catch (error) {
    expectNoRawError(error);
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
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThan(ENDLESS);
    }),
    { numRuns: CASES },
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
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThan(ENDLESS);
    }),
    { numRuns: CASES },
  );
});

/** A field of Google's: as it should be, or anything, or left out. */
const field = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: right }, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
const word = fc.constantFrom(
  'a',
  'projects/7',
  'projects/p/serviceAccounts/a@p.iam',
  'DELETED',
  'GA',
  '',
  '2026-01-01T00:00:00Z',
  'constructor',
  '__proto__',
);
const binding = fc.record({
  role: field(word),
  members: field(fc.array(field(word), { maxLength: 2 })),
  condition: field(fc.record({ title: field(word), expression: field(word) })),
});
const policy = fc.record({
  version: field(fc.constantFrom(1, 3)),
  etag: field(word),
  bindings: field(fc.array(field(binding), { maxLength: 2 })),
});
const thing = fc.record({
  name: field(word),
  projectId: field(word),
  email: field(word),
  uniqueId: field(word),
  title: field(word),
  state: field(word),
  parent: field(word),
  disabled: field(fc.boolean()),
  includedPermissions: field(fc.array(field(word), { maxLength: 2 })),
  oidc: field(fc.record({ issuerUri: field(word), allowedAudiences: field(fc.array(field(word), { maxLength: 2 })) })),
  attributeMapping: field(fc.dictionary(word, field(word), { maxKeys: 2 })),
  resource: field(word),
  policy: field(policy),
  fullResourceName: field(word),
  activity: field(fc.record({ lastAuthenticatedTime: field(word), serviceAccount: field(fc.record({ fullResourceName: field(word) })) })),
  validBeforeTime: field(word),
});
const LISTS = [
  'accounts',
  'keys',
  'roles',
  'workloadIdentityPools',
  'workloadIdentityPoolProviders',
  'folders',
  'projects',
  'organizations',
  'results',
  'activities',
];
const things = field(fc.array(field(thing), { maxLength: 2 }));
const listing = fc.record({
  ...Object.fromEntries(LISTS.map((name) => [name, things])),
  permissions: field(fc.array(field(word))),
  nextPageToken: field(fc.constantFrom('', 't', 'u')),
});
const operation = fc.record({
  name: field(word),
  done: field(fc.constant(true)),
  error: field(fc.record({ code: field(fc.constantFrom(5, 7, 14)), message: field(word) })),
});
const refusals = fc.record({
  error: field(
    fc.record({
      code: field(fc.integer()),
      message: field(word),
      status: field(fc.constantFrom('NOT_FOUND', 'PERMISSION_DENIED', 'ABORTED')),
      details: field(
        fc.array(field(fc.record({ reason: field(word), metadata: field(fc.record({ permission: field(word) })) })), { maxLength: 2 }),
      ),
      errors: field(fc.array(field(fc.record({ reason: field(word) })), { maxLength: 2 })),
    }),
  ),
});
/** One key twice: the last one counts, whichever that is. */
const twice = fc.tuple(listing, listing).map(([a, b]) => `${JSON.stringify(a).slice(0, -1)},${JSON.stringify(b).slice(1)}`);
const deep = fc.nat(3_000).map((depth) => `{"accounts":${'['.repeat(depth)}${']'.repeat(depth)}}`);
const googleBody = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(listing, policy, thing, operation, refusals).map((value) => Buffer.from(JSON.stringify(value))) },
  fc.oneof(twice, deep, cut).map((text) => Buffer.from(text)),
  // No text in UTF-8, within what is JSON but for that.
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.concat([Buffer.from('{"accounts":[{"email":"'), bytes, Buffer.from('"}]}')])),
);

const isText = (value: unknown) => typeof value === 'string';
const isWord = (value: unknown) => isText(value) && value !== '';
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** Every question to Google, and of what shape its answer is. */
function googleAsks(auth: AskingAuth): Record<string, [ask: () => Promise<unknown[]>, isOne: (one: never) => boolean]> {
  const options = { auth, retry: false as const };
  const iam = new iam_v1.Iam(options);
  const manager = new cloudresourcemanager_v3.Cloudresourcemanager(options);
  const accounts = accountApi(iam, {}, 1);
  const policies = policyApi(iam, {}, manager, {}, accounts.unlessNone);
  const assets = assetApi(new cloudasset_v1.Cloudasset(options), {});
  const used = activityApi(new policyanalyzer_v1.Policyanalyzer(options), {});
  const [pools, roles, tree] = [poolApi(iam, {}), roleApi(iam, {}), treeApi(manager, {})];
  const one = async (ask: Promise<unknown>) => [(await ask) ?? []].flat();
  const isAccount = (a: Record<string, unknown>) =>
    [a['name'], a['email'], a['uniqueId']].every(isWord) && typeof a['disabled'] === 'boolean';
  const isPool = (p: Record<string, unknown>) => isWord(p['name']) && isText(p['state']);
  const isProvider = (p: Record<string, unknown>) =>
    isPool(p) && isText(p['issuer']) && areTexts(p['audiences']) && areTexts(Object.values(p['attributeMapping'] as object));
  const isPolicy = (p: { bindings?: { role: unknown; members: unknown }[] | null }) =>
    (p.bindings ?? []).every((b) => isWord(b.role) && areTexts(b.members));
  const isNode = (n: Record<string, unknown>) => isWord(n['resource']) && isText(n['state']);
  const pool = 'projects/p/locations/global/workloadIdentityPools/q';
  return {
    accounts: [() => accounts.listServiceAccounts('p'), isAccount],
    account: [() => one(accounts.getServiceAccount('projects/p/serviceAccounts/a')), isAccount],
    keys: [() => accounts.listKeys('projects/p/serviceAccounts/a'), isText],
    policy: [() => one(policies.getPolicy('organizations/7')), isPolicy],
    permissions: [() => policies.testPermissions('folders/7', ['x']), isText],
    search: [
      () => assets.searchPolicies('organizations/7', []),
      (f: { resource: string; policy: never }) => isWord(f.resource) && isPolicy(f.policy),
    ],
    use: [
      async () => [...(await used.lastAuthentications('p'))],
      ([name, at]: [string, Date]) => isWord(name) && !Number.isNaN(at.getTime()),
    ],
    pools: [() => pools.listPools('p'), isPool],
    pool: [() => one(pools.getPool(pool)), isPool],
    providers: [() => pools.listProviders(pool), isProvider],
    provider: [() => one(pools.getProvider(`${pool}/providers/r`)), isProvider],
    roles: [() => roles.listRoles('organizations/7'), (r: { name: unknown; title: unknown }) => isWord(r.name) && isText(r.title)],
    role: [
      () => one(roles.getRole('organizations/7/roles/r')),
      (r: Record<string, unknown>) => isWord(r['name']) && areTexts(r['includedPermissions']),
    ],
    folders: [() => tree.listFolders('organizations/7'), isNode],
    projects: [() => tree.searchProjects(), isNode],
    organizations: [() => tree.searchOrganizations(), isText],
    number: [() => one(tree.projectNumber('p')), isWord],
    parent: [() => one(tree.parentOf('folders/7')), isWord],
  };
}

test('whatever an operation of Google’s is told to be it is done, failed by Google’s word, or no answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(operation, refusals, fc.jsonValue()), async (first) => {
      try {
        await finished(JSON.parse(JSON.stringify(first)), () => Promise.resolve({ done: true }));
      } catch (error) {
        expectNoRawError(error);
        expectClassified(classifyGcp(error));
      }
    }),
    { numRuns: CASES },
  );
});

test('whatever comes in the place of an answer of Google’s is an answer of that shape or a classified error, and ends', async () => {
  const transporter = transportOfAnswers(5_000);
  let answer: () => Response = () => new Response();
  transporter.interceptors.request.add({
    resolved: (config) => Promise.resolve(Object.assign(config, { fetchImplementation: () => Promise.resolve(answer()) })),
  });
  const authClient = new OAuth2Client({ transporter });
  authClient.setCredentials({ access_token: 't', expiry_date: Date.now() + 3_600_000 });
  // One that is refused is not replaced here.
  authClient.refreshHandler = () => Promise.resolve({ access_token: 't', expiry_date: Date.now() + 3_600_000 });
  const asks = googleAsks(new AskingAuth({ authClient, projectId: 'p' }));
  const json = fc.constantFrom('application/json; charset=UTF-8', 'application/json; charset=UTF-8', 'application/json', 'text/html', '');
  const status = fc.oneof({ weight: 3, arbitrary: fc.constant(200) }, STATUS);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.entries(asks)),
      fc.array(fc.tuple(status, json, googleBody), { minLength: 1, maxLength: 3 }),
      async ([, [ask, isOne]], answers) => {
        let asked = 0;
        answer = () => {
          if (asked > ENDLESS) throw new Error('it never ends');
          const [code, type, bytes] = answers[asked++ % answers.length] ?? [200, '', Buffer.from('')];
          return new Response(code === 204 ? null : new Uint8Array(bytes), { status: code, headers: { 'content-type': type } });
        };
        await judged(ask, isOne as (one: unknown) => boolean, [classifyGcp]);
        expect(asked).toBeGreaterThan(0);
        expect(asked).toBeLessThan(ENDLESS);
      },
    ),
    { numRuns: CASES },
  );
});
