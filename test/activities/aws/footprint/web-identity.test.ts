import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webIdentityTrust } from '../../../../activities/aws/footprint/web-identity.ts';
import type { Json } from '../../../../model/finding.ts';
import { TENANT } from '../../planned.ts';
import { AUDIENCE, document, ISSUER, PROVIDER, webIdentity } from '../fixtures.ts';

const AUD = `${ISSUER}:aud`;
const OLD = 'api://ciem-aws-oidc-app';
const BOTH = [AUDIENCE, OLD];
const when = (Condition: Json) => document({ ...webIdentity(), Condition });
const judge = (trust: Json) => webIdentityTrust(trust, ISSUER, PROVIDER);

describe('is the trust of an OIDC role, with nobody else let in, where the conditions', () => {
  test.each<[string, Json]>([
    ['demand the audience', when({ StringEquals: { [AUD]: AUDIENCE } })],
    ['demand it and more of the request', when({ StringEquals: { [AUD]: AUDIENCE }, Bool: { 'aws:x': 'true' } })],
    ['narrow a wider one', when({ StringLike: { [AUD]: 'api://*' }, StringEquals: { [AUD]: AUDIENCE } })],
    ['narrow a list to it', when({ StringEquals: { [AUD]: [AUDIENCE, 'api://payroll'] }, StringNotEquals: { [AUD]: 'api://payroll' } })],
    ['are written in another case', when({ stringEQUALS: { [AUD.toUpperCase()]: AUDIENCE } })],
    ['ask for it as one of several', when({ 'ForAnyValue:StringLike': { [AUD]: AUDIENCE } })],
    ['do not mind its case', when({ StringEqualsIgnoreCase: { [AUD]: AUDIENCE.toUpperCase() } })],
    ['allow by what they do not allow', document({ ...without('Action'), NotAction: 'sts:AssumeRole' })],
  ])('%s', (_name, trust) => {
    expect(judge(trust)).toEqual({ providerArn: PROVIDER, isOidc: true, audiences: [AUDIENCE], others: [] });
  });
});

function without(key: string): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(webIdentity()).filter(([k]) => k !== key));
}

describe('is none, and keeps the audiences that it may let in, where', () => {
  test.each<[string, Json, string[]]>([
    ['the condition is met without the audience, too', when({ StringEqualsIfExists: { [AUD]: AUDIENCE } }), [AUDIENCE]],
    ['it holds for all of none', when({ 'ForAllValues:StringEquals': { [AUD]: AUDIENCE } }), [AUDIENCE]],
    ['it says what the audience is not', when({ StringNotEquals: { [AUD]: 'api://payroll' } }), BOTH],
    ['it says that the audience is not ours', when({ StringNotLike: { [AUD]: 'api://mciem-*' } }), [OLD]],
    ['it is a pattern', when({ StringLike: { [AUD]: 'api://mciem-*' } }), [AUDIENCE]],
    ['its value depends on the request', when({ StringEquals: { [AUD]: '${aws:username}' } }), BOTH],
    ['its operator is none for texts', when({ ArnEquals: { [AUD]: 'api://payroll' } }), BOTH],
    ['another key has the audience', when({ StringEquals: { 'graph.microsoft.com:aud': AUDIENCE } }), BOTH],
    ['another key ends like it', when({ StringEquals: { [`x${AUD}`]: AUDIENCE } }), BOTH],
    ['there is none', document(without('Condition')), BOTH],
    ['everybody is named in the provider’s place', document({ ...webIdentity(), Principal: '*' }), [AUDIENCE]],
    ['every account is', document({ ...webIdentity(), Principal: { AWS: '*' } }), [AUDIENCE]],
    ['every provider is', document({ ...webIdentity(), Principal: { Federated: '*' } }), [AUDIENCE]],
    [
      'a pattern of providers is',
      document({ ...webIdentity(), Principal: { Federated: 'arn:aws:iam::*:oidc-provider/sts.*' } }),
      [AUDIENCE],
    ],
    ['everybody but one is', document({ ...without('Principal'), NotPrincipal: { AWS: 'arn:aws:iam::1:root' } }), [AUDIENCE]],
    ['everybody may do everything', document({ Effect: 'Allow', Principal: '*', Action: '*' }), BOTH],
    ['everybody may do all but something', document({ Effect: 'Allow', Principal: '*', NotAction: 'sts:AssumeRole' }), BOTH],
  ])('%s', (_name, trust, audiences) => {
    expect(judge(trust)).toMatchObject({ isOidc: false, audiences });
    expect(judge(trust)?.others).not.toEqual([]);
  });

  test('the audience that it asks for is another one', () => {
    expect(judge(when({ StringEqualsIfExists: { [AUD]: 'api://payroll' } }))).toMatchObject({ isOidc: false, audiences: [] });
    expect(judge(when({ StringEquals: { [AUD]: AUDIENCE.toUpperCase() } }))).toMatchObject({ isOidc: false, audiences: [] });
    expect(judge(when([]))).toMatchObject({ isOidc: false, audiences: BOTH });
  });
});

test('others than the provider stand beside it in whatever form', () => {
  const also = (Principal: Json) => judge(document(webIdentity(), { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }))?.others;
  expect(also('*')).toEqual(['*']);
  expect(also({ AWS: '*' })).toEqual(['*']);
  expect(also({ Federated: ['*'], Service: 'ec2.amazonaws.com' })).toEqual(['*', 'ec2.amazonaws.com']);
  expect(also({ AWS: PROVIDER })).toEqual([PROVIDER]);
});

test.each<[string, Json]>([
  ['everybody may assume it by another way', document({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' })],
  ['everybody may but by this way', document({ Effect: 'Allow', Principal: '*', NotAction: 'sts:*' })],
  ['another tenant’s provider is let in', document({ ...webIdentity(), Principal: { Federated: PROVIDER.replace(TENANT, 'x') } })],
  ['everybody is denied', document({ Effect: 'Deny', Principal: '*', Action: '*' })],
])('a trust has nothing to do with the provider where %s', (_name, trust) => {
  expect(judge(trust)).toBeUndefined();
});

test('in an account without the provider everybody’s way in is not its own', () => {
  expect(webIdentityTrust(document({ ...webIdentity(), Principal: '*' }), ISSUER)).toBeUndefined();
});

describe('against an evaluation of conditions as IAM documents it, whatever they are', () => {
  const KEYS = [AUD, AUD.toUpperCase(), `${ISSUER.slice(0, -1)}:aud`, `${ISSUER}:sub`];
  const VALUES = [...BOTH, 'api://payroll', 'api://m*', 'api://*-aws-oidc-ap?', '*', '${aws:username}', 'API://MCIEM-AWS-OIDC-APP'];
  const SETS = ['', 'ForAnyValue:', 'ForAllValues:'];
  const OPERATORS = [
    'StringEquals',
    'StringNotEquals',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    'StringLike',
    'StringNotLike',
  ];
  const condition = fc.record({
    operator: fc
      .tuple(fc.constantFrom(...SETS), fc.constantFrom(...OPERATORS), fc.constantFrom('', 'IfExists'))
      .map((parts) => parts.join('')),
    key: fc.constantFrom(...KEYS),
    values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
  });
  type Asked = { operator: string; key: string; values: string[] };
  /** A request: its audience, whether the key without the slash is the same key, and what the variable stands for. */
  type World = { aud: string; isSame: boolean; username: string };

  function isMet({ operator, key, values }: Asked, { aud, isSame, username }: World): boolean {
    const present = key.toLowerCase() === AUD || (isSame && key === `${ISSUER.slice(0, -1)}:aud`);
    const value = present ? aud : key === `${ISSUER}:sub` ? 'somebody' : undefined;
    const negated = operator.includes('Not');
    if (value === undefined)
      return operator.endsWith('IfExists') || operator.startsWith('ForAll') || (negated && !operator.startsWith('ForAny'));
    const fold = (text: string) => (operator.includes('IgnoreCase') ? text.toLowerCase() : text);
    const isOne = values.some((v) => {
      const plain = v.replace('${aws:username}', username);
      if (!operator.includes('Like')) return fold(plain) === fold(value);
      const source = plain
        .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${source}$`).test(value);
    });
    return isOne !== negated;
  }

  const AUDIENCES = [...BOTH, 'api://payroll', 'api://mzz', 'zz'];
  const worlds = AUDIENCES.flatMap((aud) =>
    [true, false].flatMap((isSame) => [aud, 'nobody'].map((username): World => ({ aud, isSame, username }))),
  );

  test('who comes in is among those that are told', () => {
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 4 }), (asked) => {
        const Condition: { [operator: string]: { [key: string]: string[] } } = {};
        for (const { operator, key, values } of asked) Condition[operator] = { ...Condition[operator], [key]: values };
        const all = Object.entries(Condition).flatMap(([operator, keys]) =>
          Object.entries(keys).map(([key, values]): Asked => ({ operator, key, values })),
        );
        const told = judge(when(Condition));
        const anyAudience = told?.others.some((o) => o.startsWith('any audience')) ?? false;
        const isTold = (aud: string) =>
          BOTH.includes(aud) ? told?.audiences.includes(aud) : anyAudience || told?.others.includes(`audience ${aud}`);
        const comingIn = worlds.filter((w) => all.every((c) => isMet(c, w))).map((w) => w.aud);
        expect(comingIn.filter((aud) => !isTold(aud))).toEqual([]);
        expect(told?.isOidc === true && anyAudience).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
