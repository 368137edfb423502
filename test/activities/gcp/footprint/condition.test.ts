import { describe, expect, test } from 'vitest';
import { admittedBy, comesFromToken, letsCiemIn } from '../../../../activities/gcp/footprint/condition.ts';
import { MEPM } from '../../../../model/footprint.ts';

const ID = MEPM.ciemAppId;
const OTHER = '6f3d2b1a-90c8-47e5-8a6b-1c2d3e4f5a60';
const MAPPING = { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid', 'attribute.tid': 'assertion.tid' };

const admitted = (attributeCondition: string, attributeMapping: Record<string, string> = MAPPING) =>
  admittedBy({ attributeMapping, attributeCondition });

describe('a condition proves the CIEM application where it implies it', () => {
  test.each([
    `attribute.appid=="${ID}"`,
    `attribute.appid == '${ID}'`,
    `"${ID}" == attribute.appid`,
    `attribute.appid == "${ID.toUpperCase()}"`,
    `attribute['appid'] == r'${ID}'`,
    `((attribute.appid == """${ID}"""))`,
    `assertion.appid == '${ID}'`,
    `assertion.azp == '${ID}'`,
    `assertion["appid"] == '${ID}'`,
    `attribute.appid in ['${ID}']`,
    `attribute.appid == '${ID}' && attribute.tid == 'x'`,
    `assertion.sub.startsWith('a') && (assertion.aud != 'b' && attribute.appid == '${ID}')`,
    `has(assertion.appid) && assertion.appid == '${ID}'`,
    `(attribute.appid == '${ID}' && attribute.tid == 'a') || (assertion.azp == '${ID}' && attribute.tid == 'b')`,
    `attribute.appid == '${ID}' && (attribute.tid == 'a' || attribute.tid == 'b')`,
    `!(attribute.appid != '${ID}')`,
    `!(attribute.appid != '${ID}' || attribute.tid != 'a')`,
    `has(assertion.appid) ? assertion.appid == '${ID}' : assertion.azp == '${ID}'`,
    `has(assertion.appid) ? assertion.appid == '${ID}' : false`,
  ])('%s', (condition) => {
    expect(admitted(condition)).toEqual({ alone: true });
  });

  test('an attribute of any name, and the subject, where they are mapped from the token’s application', () => {
    expect(admitted(`attribute.client == '${ID}'`, { 'attribute.client': "assertion['azp']" })).toEqual({ alone: true });
    expect(admitted(`google.subject == '${ID}'`, { 'google.subject': 'assertion.appid' })).toEqual({ alone: true });
  });
});

describe('it proves nothing where it', () => {
  test.each([
    ['lets in another as well', `attribute.appid == '${ID}' || attribute.appid == '${OTHER}'`],
    ['lets in another by an arm', `attribute.appid == '${ID}' || attribute.tid == 'x'`],
    ['lists another', `attribute.appid in ['${ID}', '${OTHER}']`],
    ['keeps it out', `attribute.appid != '${ID}'`],
    ['keeps it out by a negation', `!(attribute.appid == '${ID}')`],
    ['keeps it out among others', `!(attribute.appid == '${ID}' && attribute.tid == 'x')`],
    ['only begins with it', `attribute.appid.startsWith('${ID}')`],
    ['only contains it', `assertion.sub.contains('${ID}')`],
    ['matches it', `attribute.appid.matches('${ID}')`],
    ['asks another attribute for it', `attribute.tid == '${ID}'`],
    ['asks whom the token is for', `assertion.aud == '${ID}'`],
    ['compares two constants', `'${ID}' == '${ID}'`],
    ['says it in a list that is asked the other way round', `'${ID}' in attribute.appid`],
    ['asks any of several', `['${ID}', '${OTHER}'].exists(id, id == attribute.appid)`],
    ['lets in others where the token has no application', `has(assertion.appid) ? assertion.appid == '${ID}' : true`],
    ['says it in a string of bytes', `attribute.appid == b'${ID}'`],
    ['is not there', ''],
    ['demands another', `attribute.appid == '${OTHER}'`],
    ['asks for the tenant only', "attribute.tid == 'x'"],
    ['lets in anybody', 'true'],
    ['lets in nobody', `false && attribute.appid == '${ID}'`],
  ])('%s', (_what, condition) => {
    expect(admitted(condition)).toMatchObject({ alone: false, understood: true });
  });

  test.each<[string, Record<string, string>]>([
    ['a constant', { 'attribute.appid': `'${ID}'` }],
    ['a claim that anybody may choose', { 'attribute.appid': 'assertion.sub' }],
    ['either of two claims', { 'attribute.appid': `assertion.role == 'x' ? '${ID}' : assertion.appid` }],
    ['part of the token’s application', { 'attribute.appid': "assertion.appid.extract('{a}')" }],
    ['nothing', {}],
  ])('asks an attribute that is %s', (_what, mapping) => {
    expect(admitted(`attribute.appid == '${ID}'`, mapping)).toMatchObject({ alone: false, understood: true });
  });
});

test.each([
  ['is no CEL', `attribute.appid = '${ID}'`],
  ['says it in a comment', `attribute.tid == 'x' // attribute.appid == '${ID}'`],
  ['is longer than Google takes', `attribute.appid == '${ID}'${' && true'.repeat(600)}`],
  ['nests deeper than a parser goes', `${'('.repeat(2000)}attribute.appid == '${ID}'${')'.repeat(2000)}`],
])('a condition is not understood that %s', (_what, condition) => {
  expect(admitted(condition)).toMatchObject({ alone: false, understood: false });
});

test('whether an attribute comes from the token is told, and that there is none', () => {
  expect(comesFromToken({ attributeMapping: MAPPING }, 'attribute.appid')).toBe(true);
  expect(comesFromToken({ attributeMapping: MAPPING }, 'attribute.tid')).toBe(false);
  expect(comesFromToken({ attributeMapping: MAPPING }, 'attribute.repository')).toBeUndefined();
});

describe('what a condition says of the CIEM application itself:', () => {
  test.each<[ReturnType<typeof letsCiemIn>, string]>([
    ['in', ''],
    ['in', `attribute.appid == '${ID}'`],
    ['in', `assertion.azp in ['${OTHER}', '${ID}']`],
    ['in', `attribute.appid != '${OTHER}'`],
    ['in', `!(assertion.appid == '${OTHER}')`],
    ['in', `attribute.appid == '${ID}' || attribute.tid == 'x'`],
    ['in', 'true'],
    ['out', `attribute.appid != '${ID}'`],
    ['out', `!(attribute.appid == '${ID}')`],
    ['out', `!('${ID}' == assertion.azp)`],
    ['out', `!(attribute.appid in ['${ID}', '${OTHER}'])`],
    ['out', `attribute.appid == '${OTHER}'`],
    ['out', `attribute.appid in ['${OTHER}']`],
    ['out', `attribute.tid == 'x' && attribute.appid != '${ID}'`],
    ['out', `attribute.appid == '${OTHER}' || attribute.appid == 'x'`],
    ['out', `attribute.appid == '${ID}' ? false : true`],
    ['out', `attribute.tid == 'x' ? attribute.appid == '${OTHER}' : false`],
    ['out', 'false'],
    ['unknown', `attribute.tid == 'x'`],
    ['unknown', `attribute.appid == '${ID}' && attribute.tid == 'x'`],
    ['unknown', `attribute.appid != '${ID}' || attribute.tid == 'x'`],
    ['unknown', `attribute.appid != '${ID.toUpperCase()}'`],
    ['unknown', `attribute.appid.startsWith('b')`],
    ['unknown', `attribute.tid != '${ID}'`],
    ['unknown', `attribute.appid = '${ID}'`],
    ['unknown', `attribute.tid == 'x' ? attribute.appid == '${ID}' : false`],
  ])('%s: %s', (way, attributeCondition) => {
    expect(letsCiemIn({ attributeMapping: MAPPING, attributeCondition })).toBe(way);
  });

  test('nothing is known by an attribute that is not the token’s application', () => {
    for (const attributeMapping of [{}, { 'attribute.appid': 'assertion.sub' }, { 'attribute.appid': `'${ID}'` }])
      expect(letsCiemIn({ attributeMapping, attributeCondition: `attribute.appid != '${ID}'` })).toBe('unknown');
  });

  test('one that shuts it out is told so', () => {
    expect(admitted(`attribute.appid != '${ID}'`)).toMatchObject({ why: 'has a condition that shuts the CIEM application out' });
  });
});
