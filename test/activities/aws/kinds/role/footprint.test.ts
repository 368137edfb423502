import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../../../../activities/aws/cloud.ts';
import { awsRole } from '../../../../../activities/aws/kinds/role/index.ts';
import type { RoleState } from '../../../../../activities/aws/snapshot.ts';
import type { Facts, Json } from '../../../../../model/finding.ts';
import { MEPM } from '../../../../../model/footprint.ts';
import { planOf } from '../../../../model/findings.ts';
import { TENANT } from '../../../planned.ts';
import {
  allowing,
  assumedBy,
  AUDIENCE,
  document,
  KNOWN,
  OIDC_ACCOUNT,
  OIDC_ROLE,
  OTHER_TENANT,
  policy,
  policyArn,
  PROVIDER,
  provider,
  providerArn,
  role,
  snapshot,
  webIdentity,
} from '../../fixtures.ts';

const byArn = (operator: string, arn: string): Json => ({ [operator]: { 'aws:PrincipalArn': arn } });
const match = (...roles: RoleState[]) => awsRole.match(snapshot({ roles }), KNOWN);
const only = (r: RoleState, ciem: object = {}) => {
  const { findings, bystanders } = awsRole.match(snapshot({ roles: [r] }), { ...KNOWN, ...ciem });
  expect(findings).toHaveLength(1);
  expect(bystanders).toEqual([]);
  return findings[0] as (typeof findings)[number];
};

describe('an OIDC role is known by provider and audience, whatever its name', () => {
  test.each<[string, Json]>([
    ['the trust Microsoft documents', document(webIdentity())],
    ['the audience of the older Terraform', document(webIdentity('api://ciem-aws-oidc-app'))],
    ['both audiences in one list', document(webIdentity([AUDIENCE, 'api://ciem-aws-oidc-app']))],
    ['one statement instead of a list of them', { Version: '2012-10-17', Statement: webIdentity() }],
    [
      'a condition key without the trailing slash, in another case',
      document({ ...webIdentity(), Condition: { 'ForAnyValue:StringEquals': { [`STS.windows.net/${TENANT}:AUD`]: AUDIENCE } } }),
    ],
    ['a deny beside it', document(webIdentity(), { Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' })],
  ])('%s', (_name, trust) => {
    const finding = only(role('renamed-by-operator', trust));
    expect(finding).toMatchObject({ stage: 'oidc-role', confidence: 'certain', title: 'OIDC role renamed-by-operator' });
    expect(finding.hold).toBeUndefined();
    expect(finding.provides).toEqual([`aws:role:${finding.id.slice('aws-role:'.length)}`, 'aws:role:AROARENAMED-BY-OPERATOR']);
  });

  test('it needs the client id and the application of its audience', () => {
    expect(only(role('oidc', document(webIdentity()))).uses).toEqual([`aws:audience:${AUDIENCE}`, `aws:client-id:${PROVIDER}#${AUDIENCE}`]);
  });
});

const ISSUER = `sts.windows.net/${TENANT}/:`;
const OTHER_APP = '6f3d2b1a-90c8-47e5-8a6b-1c2d3e4f5a60';
const CIEM = '0c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f';
const FORMER = '1d2e3f40-5b6c-4d7e-8f90-a1b2c3d4e5f6';
const OF_CIEM = { ciemPrincipalId: CIEM, ciemFormerIds: [FORMER] };
const ofApp = (operator: string, claim: string, id: string): { [key: string]: Json } => ({
  Effect: 'Allow',
  Principal: { Federated: PROVIDER },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringLike: { [`${ISSUER}aud`]: AUDIENCE }, [operator]: { [`${ISSUER}${claim}`]: id } },
});

describe('a trust whose condition shuts the CIEM application out is not Permissions Management’s, though it has its audience', () => {
  test.each<[string, { [key: string]: Json }]>([
    ['by naming another', ofApp('StringEquals', 'appid', OTHER_APP)],
    ['by naming another in version 2 of tokens', ofApp('StringEquals', 'azp', OTHER_APP)],
    ['by all but that one', ofApp('StringNotEquals', 'appid', MEPM.ciemAppId)],
    ['by a pattern', ofApp('StringNotLike', 'azp', 'b46c3ac5-*')],
    ['in whatever case', ofApp('StringNotEqualsIgnoreCase', 'appid', MEPM.ciemAppId.toUpperCase())],
  ])('%s: it stays, and keeps what it needs', (_how, statement) => {
    const nightly = only(role('nightly', document(statement)));
    expect(nightly).toMatchObject({ confidence: 'name-only', uses: [`aws:audience:${AUDIENCE}`, `aws:client-id:${PROVIDER}#${AUDIENCE}`] });
    expect(nightly.why.at(-1)).toMatch(/^but the condition on (?:appid|azp) \(.*\) shuts the CIEM application out$/);
    // Beside a way of ours it is somebody else who is let in, too.
    expect(only(role('both', document(webIdentity(), statement))).hold).toMatchObject({
      code: 'SharedTrust',
      who: [`other applications of ${PROVIDER}`],
    });
  });

  test.each<[string, { [key: string]: Json }]>([
    ['names it', ofApp('StringEquals', 'appid', MEPM.ciemAppId)],
    ['keeps only another out', ofApp('StringNotEquals', 'azp', OTHER_APP)],
    ['names its principal', ofApp('StringEquals', 'sub', CIEM)],
    ['names its principal by the other claim that tells it', ofApp('StringEquals', 'oid', CIEM)],
    ['names the principal that it had before', ofApp('StringEquals', 'sub', FORMER)],
    ['keeps only another principal out', ofApp('StringNotEquals', 'sub', OTHER_APP)],
    ['asks that there be a principal', ofApp('Null', 'sub', 'false')],
    ['names the tenant', ofApp('StringEquals', 'tid', TENANT)],
  ])('one that %s does not', (_what, statement) => {
    const { hold, confidence } = only(role('oidc', document(statement)), OF_CIEM);
    expect([hold, confidence]).toEqual([undefined, 'certain']);
  });

  test.each<[string, { [key: string]: Json }]>([
    ['another subject', ofApp('StringEquals', 'sub', OTHER_APP)],
    ['another object id', ofApp('StringEquals', 'oid', OTHER_APP)],
    ['all but its subject', ofApp('StringNotEquals', 'sub', CIEM)],
    ['its subject in another case', ofApp('StringEquals', 'sub', CIEM.toUpperCase())],
    ['another tenant', ofApp('StringEquals', 'tid', OTHER_TENANT)],
    ['no subject', ofApp('Null', 'sub', 'true')],
  ])('nor is one that demands %s', (_what, statement) => {
    const nightly = only(role('nightly', document(statement)), OF_CIEM);
    expect(nightly).toMatchObject({ confidence: 'name-only' });
    expect(nightly.why.at(-1)).toContain('shuts the CIEM application out');
    expect(only(role('both', document(webIdentity(), statement)), OF_CIEM).hold).toMatchObject({ code: 'SharedTrust' });
  });

  test.each<[string, { [key: string]: Json }, object?]>([
    ['a subject, where the directory knows no CIEM application', ofApp('StringEquals', 'sub', OTHER_APP), { ciemPrincipalId: undefined }],
    [
      'a subject that is no former one of a CIEM application that is gone',
      ofApp('StringEquals', 'sub', OTHER_APP),
      { ciemPrincipalId: undefined, ciemFormerIds: [FORMER] },
    ],
    ['another claim', ofApp('StringEquals', 'amr', 'mfa')],
    ['the first audience of a token that has two', ofApp('StringEquals', 'oaud', OTHER_APP)],
    ['a subject by an operator that is none for texts', ofApp('NumericEquals', 'sub', '1')],
    ['a subject that hangs on the request', ofApp('StringEquals', 'sub', '${aws:username}')],
    [
      'a claim beside one that it meets',
      {
        ...ofApp('StringEquals', 'tid', TENANT),
        Condition: { StringEquals: { [`${ISSUER}aud`]: AUDIENCE, [`${ISSUER}tid`]: TENANT, [`${ISSUER}roles`]: 'x' } },
      },
    ],
  ])('one that demands %s is doubted', (_what, statement, ciem = OF_CIEM) => {
    const oidc = only(role('oidc', document(statement)), ciem);
    expect(oidc).toMatchObject({
      confidence: 'certain',
      hold: {
        code: 'Doubt',
        reason: expect.stringContaining('of which nobody knows whether the CIEM application meets the condition on') as unknown,
      },
    });
    // Beside a way of ours that is certain, it is perhaps somebody else who is let in, too.
    expect(only(role('both', document(webIdentity(), statement)), ciem).hold).toMatchObject({
      code: 'SharedTrust',
      reason: expect.stringContaining('whoever meets the condition on') as unknown,
    });
  });

  test('one that names another principal, too, lets that in as well', () => {
    const statement = ofApp('StringEquals', 'sub', CIEM);
    const both = { ...statement, Condition: { ...(statement.Condition as object), StringEquals: { [`${ISSUER}sub`]: [CIEM, OTHER_APP] } } };
    expect(only(role('oidc', document(both)), OF_CIEM).hold).toMatchObject({ code: 'SharedTrust', who: [`sub ${OTHER_APP}`] });
  });

  test('one that demands the application itself is proved, whatever else it demands', () => {
    const statement = ofApp('StringEquals', 'appid', MEPM.ciemAppId);
    const narrowed = {
      ...statement,
      Condition: { ...(statement.Condition as object), StringLike: { [`${ISSUER}aud`]: AUDIENCE, [`${ISSUER}roles`]: 'x*' } },
    };
    const { confidence, hold } = only(role('oidc', document(narrowed)), OF_CIEM);
    expect([confidence, hold]).toEqual(['certain', undefined]);
  });
});

test('who trusts a role whose conditions may keep the CIEM application out is no surer than it', () => {
  const told = (statement: { [key: string]: Json }) =>
    awsCloud().facts(snapshot({ roles: [role('oidc', document(statement))] }), TENANT, KNOWN.issuer, undefined, OF_CIEM).awsOidcRoles;
  expect(told(ofApp('StringEquals', 'sub', OTHER_APP))?.map((p) => p.nameOnly)).toEqual([true, true]);
  expect(told(ofApp('StringEquals', 'roles', 'x'))?.map((p) => p.doubt)).toEqual(
    Array(2).fill(expect.stringContaining('the condition on roles')),
  );
  expect(told(ofApp('StringEquals', 'sub', CIEM))?.every((p) => !p.nameOnly && p.doubt === undefined)).toBe(true);
});

test.each<[string, Json, string]>([
  [
    'another statement lets a user in',
    document(webIdentity(), assumedBy('arn:aws:iam::999900001111:user/sam')),
    'arn:aws:iam::999900001111:user/sam',
  ],
  ['another audience stands beside ours', document(webIdentity([AUDIENCE, 'api://stranger'])), 'audience api://stranger'],
  [
    'another provider stands beside ours',
    document({ ...webIdentity(), Principal: { Federated: [PROVIDER, providerArn(OTHER_TENANT)] } }),
    providerArn(OTHER_TENANT),
  ],
  [
    'a second statement asks for no audience',
    document(webIdentity(), { Effect: 'Allow', Principal: { Federated: PROVIDER }, Action: 'sts:AssumeRoleWithWebIdentity' }),
    `any audience of ${PROVIDER}`,
  ],
  ['everyone gets in too', document(webIdentity(), { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }), '*'],
  [
    'everyone but some gets in too',
    document(webIdentity(), { Effect: 'Allow', NotPrincipal: { AWS: 'arn:aws:iam::1:root' }, Action: 'sts:AssumeRole' }),
    'everyone but some (NotPrincipal)',
  ],
])('an OIDC role is held when %s', (_name, trust, who) => {
  const finding = only(role('oidc', trust));
  expect(finding.hold?.code).toBe('SharedTrust');
  expect(finding.hold?.reason).toContain(who);
});

describe('a role that trusts an OIDC role', () => {
  const trust = document(assumedBy(OIDC_ROLE));
  test.each<[string, Partial<RoleState>, string, string]>([
    ['is a member role by default', { AttachedPolicies: ['arn:aws:iam::aws:policy/SecurityAudit'] }, 'Member role r', 'member-roles'],
    [
      'is the logging role with the trail policy',
      { AttachedPolicies: [policyArn(`ciem-cloudtrail-${TENANT}`)] },
      'Central logging role r',
      'logging-role',
    ],
    [
      'is the logging role with s3 rights inline',
      { InlinePolicies: { trail: allowing('s3:GetObject') } },
      'Central logging role r',
      'logging-role',
    ],
    [
      'is the management role with the organisation policy',
      { AttachedPolicies: ['arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations', policyArn(`ciem-cloudtrail-${TENANT}`)] },
      'Management role r',
      'management-role',
    ],
  ])('%s', (_name, more, title, stage) => {
    expect(only(role('r', trust, more))).toMatchObject({ title, stage, confidence: 'certain' });
  });

  test('needs the OIDC role, its policies and its boundary to stay until it is gone', () => {
    const finding = only(role('r', trust, { AttachedPolicies: [policyArn('a')], PermissionsBoundary: policyArn('b') }));
    expect(finding.uses).toEqual([`aws:role:${OIDC_ROLE}`, `aws:policy:${policyArn('a')}`, `aws:policy:${policyArn('b')}`]);
  });

  test('is found by the unique id a deleted OIDC role leaves behind', () => {
    expect(only(role('r', document(assumedBy('AROAOIDCROLE')))).uses).toEqual(['aws:role:AROAOIDCROLE']);
  });

  test('is held when somebody else is trusted too', () => {
    const { hold } = only(role('r', document(assumedBy(OIDC_ROLE, 'arn:aws:iam::999900001111:root'))));
    expect(hold).toMatchObject({ code: 'SharedTrust', reason: expect.stringContaining('arn:aws:iam::999900001111:root') as unknown });
  });

  test('is held when a CloudFormation stack owns it', () => {
    const tagged = role('r', trust, { Tags: { 'aws:cloudformation:stack-name': `mciem-member-${TENANT}` } });
    const kinds = awsCloud().kinds.flatMap((k) => k.match(snapshot({ roles: [tagged] }), KNOWN).findings);
    expect(kinds).toHaveLength(1);
    const hold = kinds[0]?.hold;
    expect(hold).toMatchObject({ code: 'OwnedByStack', reason: expect.stringContaining(`mciem-member-${TENANT}`) as unknown });
  });

  test('is held when it was used not long ago, and not when another role was', () => {
    const mine = role('r', trust);
    const used = (arn: string) =>
      awsRole.match(snapshot({ roles: [mine], usedRecently: { [arn]: 'last used yesterday' } }), KNOWN).findings[0]?.hold;
    expect(used(mine.Arn)).toMatchObject({ code: 'RecentlyUsed', reason: expect.stringContaining('last used yesterday') as unknown });
    expect(used(`${mine.Arn}-else`)).toBeUndefined();
  });

  test('ranks as takeover with a policy that writes policies', () => {
    const name = `ciem-controller-${TENANT}`;
    const controller = policy(name, { Versions: [{ VersionId: 'v1', Document: allowing('iam:Attach*', 'iam:Put*') }] });
    const member = role('r', trust, { AttachedPolicies: [policyArn(name)] });
    const { findings } = awsRole.match(snapshot({ roles: [member], policies: [controller] }), KNOWN);
    expect(findings[0]).toMatchObject({ risk: 'takeover', title: 'Member role r with a controller policy' });
  });
});

describe('a role that trusts an OIDC role which lets others in, too', () => {
  const CI = `arn:aws:iam::${OIDC_ACCOUNT}:role/ci-deployer`;
  const pipeline = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  const shared = role('ci-deployer', document(webIdentity(), { ...webIdentity(), Principal: { Federated: pipeline } }), { Arn: CI });
  const there = awsCloud().facts(snapshot({ account: OIDC_ACCOUNT, roles: [shared] }), TENANT, KNOWN.issuer).awsOidcRoles ?? [];
  const admin = role('break-glass-admin', document(assumedBy(CI)), { AttachedPolicies: [policyArn(`ciem-scp-${TENANT}`)] });
  const found = (r: RoleState, proofs = there) =>
    awsCloud().kinds.flatMap(
      (k) => k.match(snapshot({ roles: [r], policies: [policy(`ciem-scp-${TENANT}`)] }), { ...KNOWN, awsOidcRoles: proofs }).findings,
    );

  test('is held, and so are its policies, with the whole chain; a name does not lift that', () => {
    const holds = found(admin).map((f) => [f.kind, f.hold?.code, f.hold?.reason]);
    const chain = `${CI}, whose trust also lets in ${pipeline}`;
    expect(holds).toEqual([
      ['aws-role', 'Doubt', expect.stringContaining(`ours only through ${chain}`)],
      ['aws-policy', 'Doubt', expect.stringContaining(`ours only through ${admin.Arn}, which is ours only through ${chain}`)],
    ]);
  });

  test('is ours for certain where it trusts another one that nobody doubts', () => {
    const both = { ...admin, AssumeRolePolicyDocument: document(assumedBy(CI, OIDC_ROLE)) };
    expect(found(both, [...there, { mark: OIDC_ROLE }]).map((f) => f.hold)).toEqual([undefined, undefined]);
  });

  test('goes only when an override names it, each by itself', () => {
    const findings = found(admin);
    const overrides = [{ item: `aws-role:${admin.Arn}`, reason: 'looked at with its owner' }];
    expect(planOf(findings, { overrides }).items.map((i) => [i.kind, i.guard?.code])).toEqual([
      ['aws-role', undefined],
      ['aws-policy', 'Doubt'],
    ]);
  });
});

describe('a role that trusts nothing but roles that were deleted', () => {
  const name = `ciem-controller-${TENANT}`;
  const controller = policy(name, { Versions: [{ VersionId: 'v1', Document: allowing('iam:Put*') }] });
  const orphan = role('renamed', document(assumedBy('AROAGONE', 'AROALONGGONE')), { AttachedPolicies: [policyArn(name)] });
  const found = (r: RoleState, facts: Partial<Facts> = {}) =>
    awsCloud().kinds.flatMap((k) => k.match(snapshot({ roles: [r], policies: [controller] }), { ...KNOWN, ...facts }).findings);

  test('and has a policy of onboarding’s very name is told with its risk, and so is the policy, both by name only', () => {
    expect(found(orphan).map((f) => [f.kind, f.confidence, f.risk])).toEqual([
      ['aws-role', 'name-only', 'takeover'],
      ['aws-policy', 'name-only', 'takeover'],
    ]);
    expect(found(orphan)[0]?.why.join()).toContain('trusts nothing but AROAGONE, AROALONGGONE, deleted since');
    expect(planOf(found(orphan)).items).toEqual([]);
  });

  test('is planned where an override names it', () => {
    const overrides = [{ item: `aws-role:${orphan.Arn}`, reason: 'the security team knows it' }];
    expect(planOf(found(orphan), { overrides }).items.map((i) => i.kind)).toEqual(['aws-role']);
  });

  test.each<[string, RoleState, Partial<Facts>?]>([
    ['one of them lives', orphan, { awsById: [{ id: 'AROAGONE', state: 'alive' }] }],
    ['somebody else comes in', { ...orphan, AssumeRolePolicyDocument: document(assumedBy('AROAGONE', 'arn:aws:iam::1:root')) }],
    ['its policy has a name of their own', { ...orphan, AttachedPolicies: [policyArn(`${name}-x`)] }],
    ['its policy is the only one without the tenant’s id', { ...orphan, AttachedPolicies: [policyArn('SSOPolicy')] }],
    ['nobody at all comes in', { ...orphan, AssumeRolePolicyDocument: document() }],
  ])('is not when %s', (_name, r, facts) => {
    expect(found(r, facts).filter((f) => f.kind === 'aws-role')).toEqual([]);
  });
});

describe('never ours, told as bystanders', () => {
  test.each<[string, RoleState, string[]]>([
    [
      'Defender’s OIDC role with our audience, which it keeps in place',
      role('DefenderForCloud-OidcCiem', document(webIdentity())),
      [`aws:audience:${AUDIENCE}`, `aws:client-id:${PROVIDER}#${AUDIENCE}`],
    ],
    ['Defender’s role that trusts our OIDC role', role('DefenderForCloud-Ciem', document(assumedBy(OIDC_ROLE))), [`aws:role:${OIDC_ROLE}`]],
    ['an OIDC role of another tenant', role('mciem-oidc-provider-role', document(webIdentity(AUDIENCE, OTHER_TENANT))), []],
    ['a look-alike that trusts a stranger', role('mciem-collection-role', document(assumedBy('arn:aws:iam::999900001111:root'))), []],
    ['a look-alike that trusts a role deleted long ago', role('ciem-member', document(assumedBy('AROASOMEBODY'))), []],
    ['a role for another audience of this tenant', role('payroll', document(webIdentity('api://payroll'))), []],
    [
      'a stranger’s role that lets every audience of this tenant in',
      role('payroll', document({ Effect: 'Allow', Principal: { Federated: PROVIDER }, Action: 'sts:AssumeRoleWithWebIdentity' })),
      [
        'aws:audience:api://ciem-aws-oidc-app',
        `aws:audience:${AUDIENCE}`,
        `aws:client-id:${PROVIDER}#api://ciem-aws-oidc-app`,
        `aws:client-id:${PROVIDER}#${AUDIENCE}`,
      ],
    ],
    [
      'a stranger’s role with a wildcard that lets our audience in',
      role('payroll', document({ ...webIdentity(), Condition: { StringLike: { [`sts.windows.net/${TENANT}/:aud`]: 'api://mciem-*' } } })),
      [`aws:audience:${AUDIENCE}`, `aws:client-id:${PROVIDER}#${AUDIENCE}`],
    ],
  ])('%s', (_name, r, uses) => {
    const { findings, bystanders } = match(r);
    expect(findings).toEqual([]);
    const isDefenders = r.RoleName.startsWith('DefenderForCloud-');
    const needs = isDefenders ? { uses: [...uses, 'ciem:sign-in'], defender: true } : { uses };
    expect(bystanders).toEqual([{ system: 'aws:111122223333', id: `aws-role:${r.Arn}`, why: expect.any(String) as unknown, ...needs }]);
  });

  test.each<[string, Json]>([
    ['everybody in', document({ ...webIdentity(), Principal: '*' })],
    ['every account in', document({ ...webIdentity(), Principal: { AWS: '*' } })],
    ['all but one in', document({ ...webIdentity(), Principal: null, NotPrincipal: { AWS: 'arn:aws:iam::999900001111:root' } })],
  ])('a role that lets %s, for our audience, keeps client id and application', (_name, trust) => {
    const all = snapshot({ roles: [role('payroll', trust)], providers: [provider([AUDIENCE])] });
    const found = awsRole.match(all, KNOWN);
    expect(found.findings).toEqual([]);
    expect(found.bystanders.map((b) => b.uses)).toEqual([[`aws:audience:${AUDIENCE}`, `aws:client-id:${PROVIDER}#${AUDIENCE}`]]);
  });

  test.each<[string, Json]>([
    ['as one of its account', { Principal: { AWS: `arn:aws:iam::${OIDC_ACCOUNT}:root` }, Condition: byArn('ArnEquals', OIDC_ROLE) }],
    ['as one of everybody', { Principal: '*', Condition: byArn('ArnLike', 'arn:aws:iam::*:role/contoso-*') }],
    ['by its unique id', { Principal: { AWS: '*' }, Condition: { StringLike: { 'aws:userId': 'AROAOIDCROLE:*' } } }],
    ['by a session of its own', { Principal: { AWS: `arn:aws:sts::${OIDC_ACCOUNT}:assumed-role/contoso-oidc/ciem` } }],
  ])('a role that lets the OIDC role in %s keeps it', (_name, statement) => {
    const theirs = role('theirs', document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...(statement as object) }));
    const { findings, bystanders } = match(theirs);
    expect(findings).toEqual([]);
    expect(bystanders.map((b) => b.uses.length)).toEqual([1]);
  });

  test.each<[string, RoleState]>([
    [
      'a role that lets all roles of the OIDC account in',
      role('r', document({ ...assumedBy(`arn:aws:iam::${OIDC_ACCOUNT}:root`), Condition: byArn('ArnLike', 'arn:aws:iam::*:role/*') })),
    ],
    [
      'a role that lets everybody but the OIDC role in',
      role('r', document({ ...assumedBy('*'), Condition: byArn('ArnNotEquals', OIDC_ROLE) })),
    ],
    ['a service-linked role', role('AWSServiceRoleForX', document(assumedBy(OIDC_ROLE)), { Path: '/aws-service-role/x.amazonaws.com/' })],
    ['an ordinary role', role('deploy', document(assumedBy('arn:aws:iam::111122223333:root')))],
    ['a statement that denies the OIDC role', role('deploy', document({ ...assumedBy(OIDC_ROLE), Effect: 'Deny' }))],
    ['a role whose name merely holds the OIDC role’s ARN', role('deploy', document(assumedBy(`${OIDC_ROLE}-else`)))],
  ])('%s is not even told', (_name, r) => {
    expect(match(r)).toEqual({ findings: [], bystanders: [], seen: 1 });
  });
});

describe('the worker’s own role', () => {
  const r = role('entry', document(assumedBy(OIDC_ROLE)), { Path: '/team/' });
  const guards = (own: string) => planOf(match(r).findings, { facts: { ...KNOWN, ourselves: [own] } }).items.map((i) => i.guard);

  test.each([r.Arn, 'entry', 'team/entry', '/team/entry'])('is held with the step for a person, told as %s', (own) => {
    expect(guards(own)).toMatchObject([{ code: 'Ourselves', keeps: 'way' }]);
    expect(guards(own)[0]?.reason).toMatch(
      new RegExp(
        `^this worker runs under ${own}: it trusts the OIDC role ${OIDC_ROLE} as well: take that out .*update-assume-role-policy.*entry`,
      ),
    );
  });

  test.each(['try', 'team', r.RoleId, `${r.Arn}-else`])('is another one than %s', (own) => {
    expect(guards(own)).toEqual([undefined]);
  });
});
