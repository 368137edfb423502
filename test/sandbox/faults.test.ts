import { expect, test } from 'vitest';
import { FaultsSchema, Faults, KINDS, type FaultKind } from '../../sandbox/faults.ts';

const answer = { status: 200, body: { done: true } };

async function disturbed(kind: FaultKind, prefix = '/arm') {
  const faults = new Faults();
  faults.set(FaultsSchema.parse({ rate: 1, kinds: [kind] }));
  let carriedOut = false;
  const came = await faults.around(prefix, () => {
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
    return await Promise.all(Array.from({ length: 2_000 }, () => faults.around('/arm', () => Promise.resolve(answer))));
  };
  const [one, same, other] = [await came(1), await came(1), await came(2)];
  const share = one.filter((a) => a !== answer).length / one.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.3);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
  expect(new Set(one.map((a) => `${a.status} ${a.cut ?? ''}`)).size).toBe(KINDS.length);
});

test('without kinds it is 503, and a rate of 0 ends it', async () => {
  const faults = new Faults();
  faults.set(FaultsSchema.parse({ rate: 1 }));
  const ask = () => faults.around('/arm', () => Promise.resolve(answer));
  expect((await ask()).status).toBe(503);
  faults.set(FaultsSchema.parse({ rate: 0 }));
  expect(await ask()).toBe(answer);
});
