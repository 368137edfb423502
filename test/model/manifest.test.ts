import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OffboardError } from '../../model/errors.ts';
import { parseManifest } from '../../model/parse-manifest.ts';
import { readText } from '../../security/files.ts';
import { whatToWrite } from '../../model/yaml.ts';
import { systemsOf } from '../../model/manifest-systems.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `tenant: { id: 11111111-2222-3333-4444-555555555555 }
successor: { vendor: Delinea, since: 2025-06-30, attestedBy: riley }
aws:
  oidcAccount: '111122223333'
  members: ['444455556666', '111122223333']
  assumeRole: entry
entra: { applications: ['api://mciem-aws-oidc-app'] }
collectors:
  - { id: c, type: aws, driver: http, recipient: dana@contoso.example }
approvers: [sam, riley]
`;

function read(text: string) {
  const file = join(folder, 'manifest.yaml');
  writeFileSync(file, text);
  return parseManifest(file, readText(file));
}

function refusalOf(text: string): OffboardError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof OffboardError) return error;
    throw error;
  }
  throw new Error('the manifest was accepted');
}

test('a good manifest is read with its defaults, durations in milliseconds', () => {
  const manifest = read(`${GOOD}waits: { gate: 90s, reminder: 200ms, escalation: 15m, approvalValid: 12h }\n`);
  expect(manifest.waits).toMatchObject({
    gate: 90_000,
    reminder: 200,
    escalation: 900_000,
    approvalValid: 43_200_000,
    person: 2_592_000_000,
  });
  expect(manifest.breakers.maxItems).toBe(1_000);
  expect(manifest.tenant.cloud).toBe('public');
});

test('a project of Google Cloud may be one of a domain', () => {
  const of = (id: string) => `${GOOD}gcp: { projects: ['${id}'], oidcProject: '${id}' }\n`;
  for (const id of ['contoso-security', 'example.com:web', 'eu.example-corp.com:web-1'])
    expect(systemsOf(read(of(id)))).toContain(`gcp:projects/${id}`);
  expect(
    systemsOf(read(`${GOOD}gcp: { projects: ['contoso-web'], oidcProject: ['contoso-a1', 'contoso-b2'] }\n`)).filter((id) =>
      id.startsWith('gcp:'),
    ),
  ).toEqual(['gcp:projects/contoso-a1', 'gcp:projects/contoso-b2', 'gcp:projects/contoso-web']);
  for (const id of ['web', 'example.com:', ':web', 'example.com:Web', 'example:web', 'a.b:c:d'])
    expect(refusalOf(of(id)).message).toContain('GCP project id');
});

test('every system is named once, sorted, facts included', () => {
  const tenant = '11111111-2222-3333-4444-555555555555';
  expect(systemsOf(read(GOOD))).toEqual(['aws:111122223333', 'aws:444455556666', `entra:${tenant}`, `portal:${tenant}`]);
});

test.each([
  ['text that is not YAML', GOOD.replace('approvers: [', 'approvers: [['), 'InvalidYaml', /manifest\.yaml:\d+: is not YAML/],
  [
    'an unknown field',
    GOOD.replace('  assumeRole', '  asumeRole: x\n  assumeRole'),
    'UnknownField',
    /:6: aws\.asumeRole: is not a known field/,
  ],
  [
    'an account that is no account',
    GOOD.replace("'444455556666'", "'4444'"),
    'InvalidValue',
    /:5: aws\.members\.0: is not an AWS account id/,
  ],
  [
    'an account without quotes',
    GOOD.replace("'444455556666'", '444455556666'),
    'InvalidValue',
    /:5: aws\.members\.0: is a number without quotes; write '444455556666', in quotes/,
  ],
  ['a field that is missing', GOOD.replace('  assumeRole: entry\n', ''), 'InvalidValue', /:4: aws\.assumeRole: is missing; write text$/],
  [
    'a field of another shape',
    GOOD.replace('assumeRole: entry', 'assumeRole: [entry]'),
    'InvalidValue',
    /:6: aws\.assumeRole: is a list; write text$/,
  ],
  [
    'text where a list is asked for',
    GOOD.replace('[sam, riley]', 'sam'),
    'InvalidValue',
    /:10: approvers: is text; write a list, such as \[one, two\]$/,
  ],
  [
    'a list where fields are asked for',
    GOOD.replace('entra: {', 'entra: [] #'),
    'InvalidValue',
    /:7: entra: is a list; write fields with their values, such as \{name: value\}$/,
  ],
  [
    'text where yes or no is asked for',
    `${GOOD}azure: { subscriptions: all, root: 'yes' }\n`,
    'InvalidValue',
    /:11: azure\.root: is text; write true or false$/,
  ],
  [
    'text where a number is asked for',
    `${GOOD}breakers: { maxItems: '20' }\n`,
    'InvalidValue',
    /:11: breakers\.maxItems: is text; write a number, without quotes$/,
  ],
  ['a list that is left empty', GOOD.replace('[sam, riley]', ''), 'InvalidValue', /:10: approvers: is empty; write a list/],
  [
    'a mistyped field of the successor',
    GOOD.replace('vendor:', 'vender:'),
    'UnknownField',
    /:2: successor\.vender: is not a known field; remove it or mend its name\n.*:2: successor\.vendor: is missing/,
  ],
  [
    'a mistyped reason for no successor',
    GOOD.replace(/successor:.*/, 'successor: { nome: the tenant is closed, attestedBy: riley }'),
    'UnknownField',
    /:2: successor\.nome: is not a known field/,
  ],
  [
    'a successor since a day that is none',
    GOOD.replace('2025-06-30', '2025-6-30'),
    'MissingSuccessor',
    /:2: successor\.since: is not a date; write YYYY-MM-DD$/,
  ],
  ['a selector that names nothing', GOOD.replace("['444455556666', '111122223333']", '[]'), 'EmptySelector', /:5: aws\.members: is empty/],
  ['no successor', GOOD.replace(/successor:.*\n/, ''), 'MissingSuccessor', /successor: names no successor/],
  [
    'a successor of none without a reason',
    GOOD.replace(/successor:.*/, 'successor: { none: no, attestedBy: riley }'),
    'MissingSuccessor',
    /:2: successor\.none: needs a reason of at least 10 characters$/,
  ],
  ['a duration without a unit', `${GOOD}waits: { gate: '90' }\n`, 'InvalidValue', /:11: waits\.gate: is not a duration/],
  [
    'an account named twice',
    GOOD.replace("'111122223333']", "'444455556666']"),
    'DuplicateSystem',
    /aws\.members: 444455556666 is named twice/,
  ],
  [
    'an approver in two spellings',
    GOOD.replace('[sam, riley]', '[riley@contoso.example, sam, Riley@Contoso.example]'),
    'DuplicateSystem',
    /:10: approvers: Riley@Contoso\.example is named twice: it is the same as riley@contoso\.example \(approvers\.0, line 10; approvers\.2, line 10\); name it once$/,
  ],
  [
    'an administrator in two Unicode forms',
    `${GOOD}administrators:\n  - jos\u00e9@contoso.example\n  - jose\u0301@contoso.example\n`,
    'DuplicateSystem',
    /:13: administrators: .* \(administrators\.0, line 12; administrators\.1, line 13\)/,
  ],
  [
    'a management group in two cases',
    `${GOOD}azure: { subscriptions: all, managementGroups: [Corp, corp] }\n`,
    'DuplicateSystem',
    /:11: azure\.managementGroups: corp is named twice: it is the same as Corp/,
  ],
  [
    'a folder with and without zeros before it',
    `${GOOD}gcp: { projects: [contoso-web], folders: ['23', '023'] }\n`,
    'DuplicateSystem',
    /:11: gcp\.folders: 23 is named twice/,
  ],
  [
    'an identifier URI in two cases',
    GOOD.replace("['api://mciem-aws-oidc-app']", "['api://one', 'api://One']"),
    'DuplicateSystem',
    /:7: entra\.applications: api:\/\/One is named twice/,
  ],
  [
    'two overrides of one thing, in two spellings',
    `${GOOD}overrides:\n  - { item: 'aws-role:arn:aws:iam::111122223333:role/Old', reason: the first reason }\n  - { item: 'aws-role:arn:aws:iam::111122223333:role/old', reason: the second reason }\n`,
    'InvalidValue',
    /:13: overrides: .*role\/old is named twice.* \(overrides\.0\.item, line 12; overrides\.1\.item, line 13\)/,
  ],
  [
    'two overrides of one thing, with its kind and without',
    `${GOOD}overrides:\n  - { item: 'aws-role:arn:aws:iam::111122223333:role/Old', reason: the first reason }\n  - { item: 'arn:aws:iam::111122223333:role/old', reason: the second reason }\n`,
    'InvalidValue',
    /:13: overrides: .*role\/old is named twice/,
  ],
  [
    'what is protected with its kind and overridden without',
    `${GOOD}protected:\n  - 'aws-role:arn:aws:iam::111122223333:role/Old'\noverrides:\n  - { item: 'arn:aws:iam::111122223333:role/old', reason: the first reason }\n`,
    'InvalidValue',
    /:14: overrides\.0\.item: .*role\/old is protected as aws-role:.*role\/Old/,
  ],
  [
    'what is protected in one spelling and overridden in another',
    `${GOOD}protected:\n  - arn:aws:iam::111122223333:role/Old\noverrides:\n  - { item: 'aws-role:arn:aws:iam::111122223333:role/old', reason: the first reason }\n`,
    'InvalidValue',
    /:14: overrides\.0\.item: .*role\/old is protected as .*role\/Old.* \(protected\.0, line 12; overrides\.0\.item, line 14\); take one of the two out$/,
  ],
  [
    'what is named, and left out by a pattern as well',
    `${GOOD}exclude:\n  accounts: ['4444*']\n`,
    'InvalidValue',
    /:5: aws\.members\.0: 444455556666 is named, and left out as well \(exclude\.accounts\.0, line 12; aws\.members\.0, line 5\)/,
  ],
  [
    'a pattern that leaves everything out',
    `${GOOD}exclude: { projects: ['*'] }\n`,
    'InvalidValue',
    /:11: exclude\.projects\.0: leaves everything out/,
  ],
  [
    'a pattern of nothing of the kind',
    `${GOOD}exclude: { folders: [system-gsuite] }\n`,
    'InvalidValue',
    /:11: exclude\.folders\.0: is neither a folder number/,
  ],
  [
    'an override without a reason',
    `${GOOD}overrides: [{ item: x, reason: short }]\n`,
    'InvalidValue',
    /:11: overrides\.0\.reason: needs a reason/,
  ],
])('%s is refused with its line, field and code', (_, text, code, told) => {
  const refusal = refusalOf(text);
  expect(refusal.code).toBe(code);
  expect(refusal.message).toMatch(told);
});

test('whatever type a schema demands, a person is told in plain words what to write', () => {
  const demanded =
    'string number int boolean bigint symbol undefined null never void date array object tuple record map set file nonoptional nan function'.split(
      ' ',
    );
  for (const expected of demanded) {
    expect(whatToWrite(expected)).toMatch(/^(write|take) /);
    expect(whatToWrite(expected)).not.toMatch(/\b(type|string|boolean|array|object|record|tuple|undefined|bigint|symbol)\b/);
  }
});

test('every fault is told, one a line', () => {
  const text = GOOD.replace("'444455556666'", "'4444'").replace('driver: http', 'driver: magic');
  expect(refusalOf(text).message.split('\n')).toHaveLength(2);
});

test('a file that is not there is told as such', () => {
  expect(() => readText(join(folder, 'nothing.yaml'))).toThrow('cannot be read (ENOENT)');
});

test.each([
  ['waits: { gate: 99999999999999999999d }', 'waits.gate: is not a duration'],
  ['waits: { gate: 367d }', 'waits.gate: is longer than a year; write at most 366d'],
  ['waits: { person: 999999999999999ms }', 'waits.person: is longer than a year'],
  ['guards: { usedWithin: 9999999h }', 'guards.usedWithin: is longer than a year'],
  [`protected: ['${'x'.repeat(2_049)}']`, 'protected.0: is longer than 2048 characters'],
  [`administrators: ['${'x'.repeat(257)}']`, 'administrators.0: is longer than 256 characters'],
  [`notes: { alerts: ['${'x'.repeat(4_001)}'] }`, 'notes.alerts.0: is longer than 4000 characters'],
  ['breakers: { maxItems: 99999999999 }', 'breakers.maxItems: is more than a plan may have'],
  ['breakers: { maxItems: -5 }', 'breakers.maxItems: is less than 1; write 1 or more'],
  ['breakers: { maxPercent: 250 }', 'breakers.maxPercent: is more than 100; write 100 or less'],
  ['breakers: { maxPercent: .nan }', 'breakers.maxPercent: is no number; write a number, without quotes'],
  ["protected: ['']", 'protected.0: is empty; write text'],
  [
    "windows: [{ days: [Fri], from: '22:00', to: '04:00', zone: UTC }]",
    'windows.0.days.0: is none of mon, tue, wed, thu, fri, sat, sun; write one of them',
  ],
  [`gcp: { organization: '${'9'.repeat(31)}', projects: all }`, 'gcp.organization: is not a number'],
  [
    `windows: [${Array.from({ length: 101 }, () => "{ days: [mon], from: '08:00', to: '09:00', zone: UTC }").join(', ')}]`,
    'windows: has more than 100 entries',
  ],
  ['administrators: ["ri\\u202eley"]', 'administrators.0: holds what is not seen: ri\\u202eley; write it without that'],
])('what is too long, too many, or not seen is refused with its field and the mend: %#', (line, told) => {
  expect(refusalOf(`${GOOD}${line}\n`).message).toContain(told);
});

test.each([
  [GOOD.replace('assumeRole: entry', 'assumeRole: !!js/function entry'), /:6: is not YAML: Unresolved tag: .*; mend the line$/],
  [GOOD.replace('assumeRole: entry', 'assumeRole: *entry'), /:6: \*entry stands for nothing; set &entry before it, or write the part out$/],
  [`${GOOD}---\n${GOOD}`, /:\d+: a second document begins here \(---\); write one into one file$/],
  [`\0${'\u001b['.repeat(10_000)}: [`, /manifest\.yaml:\d+: is not YAML: .{1,2000}; mend the line$/],
])('what YAML has and a manifest has not is told in plain words: %#', (text, told) => {
  expect(refusalOf(text)).toMatchObject({ code: 'InvalidYaml', message: expect.stringMatching(told) as string });
});

test('what is not UTF-8 is no text, and says so', () => {
  const file = join(folder, 'bytes.yaml');
  for (const bytes of [Buffer.from(`\ufeff${GOOD}`, 'utf16le'), Buffer.from([0x61, 0xff])]) {
    writeFileSync(file, bytes);
    expect(() => readText(file)).toThrow(`${file} is not text in UTF-8; save it as that, or name a readable YAML file`);
  }
  writeFileSync(file, `\ufeff${GOOD.replaceAll('\n', '\r\n')}`);
  expect(parseManifest(file, readText(file))).toEqual(read(GOOD));
});

test('a file that is nested deeply, swells by aliases or is too large is no YAML of ours, and says what to mend', () => {
  const nested = (depth: number) => `x: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
  for (const depth of [200, 50_000]) expect(refusalOf(`${GOOD}${nested(depth)}`)).toMatchObject({ code: 'InvalidYaml' });
  expect(refusalOf(`${GOOD}${nested(200)}`).message).toMatch(/nested more than 50 deep; take out what is too deep$/);
  const lol = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [now, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'].map((pair) => pair.split('')))
    lol.push(`${now}: &${now} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
  expect(refusalOf(`${GOOD}${lol.join('\n')}\n`).message).toMatch(/repeats itself without end by aliases/);
  expect(refusalOf(`${GOOD}x: &x [*x]\n`)).toMatchObject({ code: 'InvalidYaml' });
  expect(refusalOf(`${GOOD}# ${'x'.repeat(10_000_000)}\n`).message).toMatch(/is longer than 4000000 characters; write less into one file$/);
});

test('a part that is written once and meant twice is read twice; words over several lines are one line', () => {
  const text = GOOD.replace('approvers: [sam, riley]', 'approvers: &people [sam, riley]\nadministrators: *people');
  expect(read(text).administrators).toEqual(['sam', 'riley']);
  expect(read(`${GOOD}notes:\n  alerts:\n    - |\n      one\n      two\n`).notes.alerts).toEqual(['one two']);
});
