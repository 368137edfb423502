import { expect, test, vi } from 'vitest';
import { FaultsSchema, Faults, KINDS, type FaultKind } from '../../sandbox/faults.ts';

const answer = { status: 200, body: { done: true } };

async function disturbed(kind: FaultKind, prefix = '/arm', path = '/') {
  const faults = new Faults();
  faults.set(FaultsSchema.parse({ rate: 1, kinds: [kind] }));
  let carriedOut = false;
  const came = await faults.around({ prefix, path }, () => {
    carriedOut = true;
    return Promise.resolve(answer);
  });
  return { ...came, carriedOut };
}

test.each([
  ['unavailable', { status: 503, carriedOut: false }],
  ['throttled', { status: 429, headers: { 'retry-after': '1' }, carriedOut: false }],
  ['reset', { cut: 'all', carriedOut: false }],
  ['lost', { cut: 'all', carriedOut: true }],
  ['truncated', { cut: 'half', body: { done: true }, carriedOut: true }],
  ['stalled', { cut: 'stalled', body: { done: true }, carriedOut: true }],
  ['trickle', { cut: 'trickle', carriedOut: true }],
  ['flood', { cut: 'flood', carriedOut: true }],
  ['page', { status: 200, headers: { 'content-type': 'text/html' }, carriedOut: false }],
  ['expired', { status: 401, carriedOut: false }],
] as const)('%s', async (kind, expected) => {
  expect(await disturbed(kind)).toMatchObject(expected);
});

test.each([
  ['/iam', '<Code>Throttling</Code>'],
  ['/organizations', 'TooManyRequestsException'],
  ['/gcp-iam', 'RESOURCE_EXHAUSTED'],
  ['/graph', 'TooManyRequests'],
])('%s says in its own words that it is asked too often', async (prefix, words) => {
  expect(JSON.stringify((await disturbed('throttled', prefix)).body)).toContain(words);
});

test('the share of calls is as wanted, the same ones for the same seed, each kind among them', async () => {
  const came = async (seed: number) => {
    const faults = new Faults();
    faults.set(FaultsSchema.parse({ rate: 0.25, kinds: KINDS, seed }));
    const call = { prefix: '/gcp-iam', path: '/' };
    return await Promise.all(Array.from({ length: 2_000 }, () => faults.around(call, () => Promise.resolve(answer))));
  };
  const [one, same, other] = [await came(1), await came(1), await came(2)];
  // A storm lets all calls but writes of policies through, and what has no token has none that could be revoked.
  const share = (one.filter((a) => a !== answer).length / one.length) * (KINDS.length / (KINDS.length - 2));
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.3);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
  // What is let through is 200, and so is a page.
  expect(new Set(one.map((a) => `${a.status} ${a.cut ?? ''}`)).size).toBe(KINDS.length - 2);
});

test.each([
  ['/arm', { status: 401 }],
  ['/gcp-iam', { status: 401 }],
  ['/iam', { status: 403, body: expect.stringContaining('InvalidClientTokenId') as string }],
])(
  '%s: a token that was taken once is refused from now on, also when nothing else is disturbed any more; a new one is taken',
  async (prefix, refusal) => {
    const faults = new Faults();
    const ask = (token: string) => faults.around({ prefix, path: '/', token }, () => Promise.resolve(answer));
    faults.set(FaultsSchema.parse({ rate: 1, kinds: ['revoked'] }));
    expect([await ask('a'), await ask('a'), await ask('b')]).toMatchObject([answer, refusal, answer]);
    faults.set(FaultsSchema.parse({ rate: 0 }));
    expect([await ask('a'), await ask('b')]).toMatchObject([refusal, answer]);
  },
);

test('slow: the call is carried out 50 to 150 ms later, and its answer is the cloud’s', async () => {
  vi.useFakeTimers();
  const slow = disturbed('slow');
  const came = vi.fn();
  void slow.then(came);
  await vi.advanceTimersByTimeAsync(49);
  expect(came).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(101);
  expect(await slow).toEqual({ ...answer, carriedOut: true });
  vi.useRealTimers();
});

test('without kinds it is 503, and a rate of 0 ends it', async () => {
  const faults = new Faults();
  faults.set(FaultsSchema.parse({ rate: 1 }));
  const ask = () => faults.around({ prefix: '/arm', path: '/' }, () => Promise.resolve(answer));
  expect((await ask()).status).toBe(503);
  faults.set(FaultsSchema.parse({ rate: 0 }));
  expect(await ask()).toBe(answer);
});

test('what Google alone has comes to no other cloud, whose calls have the other kinds', async () => {
  const faults = new Faults();
  const ask = (prefix: string) => faults.around({ prefix, path: '/' }, () => Promise.resolve(answer));
  faults.set(FaultsSchema.parse({ rate: 1, kinds: ['forbidden', 'storm', 'reset'] }));
  for (let call = 0; call < 20; call++) expect(await ask('/arm')).toMatchObject({ cut: 'all' });
  faults.set(FaultsSchema.parse({ rate: 1, kinds: ['forbidden'] }));
  expect(await ask('/iam')).toBe(answer);
  expect(await ask('/gcp-crm')).toMatchObject({ status: 403 });
});

test('a storm meets every write of a policy of Google’s for some seconds, however few calls are disturbed, and nothing else', async () => {
  vi.useFakeTimers();
  const faults = new Faults();
  const ask = (path: string, prefix = '/gcp-crm') => faults.around({ prefix, path }, () => Promise.resolve(answer));
  const write = () => ask('/v3/projects/p:setIamPolicy');
  faults.set(FaultsSchema.parse({ rate: 0.01, kinds: ['storm'] }));
  expect(await write()).toBe(answer);
  while ((await write()) === answer);
  const met = await Promise.all(Array.from({ length: 50 }, write));
  expect(new Set(met.map((a) => a.status))).toEqual(new Set([409, 412]));
  expect(await ask('/v3/projects/p:getIamPolicy')).toBe(answer);
  expect(await ask('/v3/projects/p:setIamPolicy', '/arm')).toBe(answer);
  vi.advanceTimersByTime(10_000);
  expect(await write()).toBe(answer);
  vi.useRealTimers();
});

test('services that are not named are left alone', async () => {
  const faults = new Faults();
  const ask = (prefix: string) => faults.around({ prefix, path: '/' }, () => Promise.resolve(answer));
  faults.set(FaultsSchema.parse({ rate: 1, services: ['graph', 'entra'] }));
  expect([(await ask('/graph')).status, (await ask('/')).status, (await ask('/arm')).status]).toEqual([503, 503, 200]);
});
