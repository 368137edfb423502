import { expect, test } from 'vitest';
import { AWS_KINDS } from '../../../../../activities/aws/kinds/index.ts';
import type { AwsSnapshot, ProviderState, RoleState, StackView } from '../../../../../activities/aws/snapshot.ts';
import { TENANT } from '../../../planned.ts';
import {
  ACCOUNT,
  assumedBy,
  AUDIENCE,
  document,
  KNOWN,
  OIDC_ROLE,
  policyArn,
  provider,
  PROVIDER,
  role,
  snapshot,
  webIdentity,
} from '../../fixtures.ts';

const ID = `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/mciem/5f0b2a1e-1111-4222-8333-444455556666`;
const TAGS = { 'aws:cloudformation:stack-name': 'mciem', 'aws:cloudformation:stack-id': ID };
const OIDC = role('oidc', document(webIdentity()), { Tags: TAGS });
const MEMBER = role('member', document(assumedBy(OIDC_ROLE)), { Tags: TAGS });
const whole = (clientIds = [AUDIENCE]): ProviderState => ({ ...provider(clientIds), Tags: TAGS });

const roleIn = (r: RoleState) => `AWS::IAM::Role ${r.RoleName}`;
const PROVIDER_IN = `AWS::IAM::OIDCProvider ${PROVIDER}`;

/** Whatever is found in an account with this one stack. */
function found(resources: string[], parts: Partial<AwsSnapshot>, more: { TerminationProtection?: boolean; Parent?: string } = {}) {
  const stack = {
    StackId: ID,
    StackName: 'mciem',
    Status: 'CREATE_COMPLETE',
    Parent: null,
    TerminationProtection: false,
    Resources: resources.toSorted(),
    GeneratedNames: [],
    LogicalIds: {},
    ...more,
  };
  const stacks: StackView[] = [{ id: ID, stack, definition: { Unknown: 'AccessDenied' } }];
  return AWS_KINDS.flatMap((k) => k.match(snapshot({ ...parts, stacks }), KNOWN).findings);
}

test('a stack goes with the last of its roles; what only waits for all roles goes along, and the rest of it after it', () => {
  const all = found([roleIn(OIDC), roleIn(MEMBER), PROVIDER_IN], { roles: [OIDC, MEMBER], providers: [whole()] });
  expect(all.map((f) => [f.kind, f.stage, f.hold])).toEqual([
    ['aws-cloudformation-stack', 'oidc-role', undefined],
    ['aws-role', 'oidc-role', undefined],
    ['aws-role', 'oidc-role', undefined],
    ['aws-oidc-client-id', 'after-roles', undefined],
  ]);
  expect(all[0]?.contains).toEqual(
    all
      .slice(1)
      .map((f) => f.id)
      .toSorted(),
  );
});

test('roles of three parts in one stack go at one stage, and each is told to a successor by its own part', () => {
  const trail = role('trail', document(assumedBy(OIDC_ROLE)), { Tags: TAGS, AttachedPolicies: [policyArn(`ciem-cloudtrail-${TENANT}`)] });
  const management = role('management', document(assumedBy(OIDC_ROLE)), {
    Tags: TAGS,
    AttachedPolicies: [policyArn(`ciem-scp-${TENANT}`)],
  });
  const roles = [MEMBER, trail, management, OIDC];
  const all = found(roles.map(roleIn), { roles });
  expect(all.map((f) => [f.title.split(' ').at(-1), f.stage, f.part])).toEqual([
    ['mciem', 'oidc-role', undefined],
    ['oidc', 'oidc-role', 'oidc'],
    ['member', 'oidc-role', 'member'],
    ['trail', 'oidc-role', 'logging'],
    ['management', 'oidc-role', 'management'],
  ]);
});

test('a stack of a provider alone goes when all roles are gone', () => {
  expect(found([PROVIDER_IN], { providers: [whole()] }).map((f) => [f.kind, f.stage])).toEqual([
    ['aws-cloudformation-stack', 'after-roles'],
    ['aws-oidc-client-id', 'after-roles'],
  ]);
});

test('a provider that also serves others is no resource of ours', () => {
  const all = found([PROVIDER_IN], { providers: [whole([AUDIENCE, 'api://payroll'])] });
  expect(all.map((f) => [f.kind, f.hold?.code])).toEqual([['aws-oidc-client-id', 'OwnedByStack']]);
});

test.each([
  ['holds another thing besides', [roleIn(MEMBER), 'AWS::S3::Bucket contoso-logs'], {}, 'AWS::S3::Bucket contoso-logs'],
  ['holds a thing of our type that is not ours', [roleIn(MEMBER), `AWS::IAM::Role ciem-${TENANT}`], {}, `AWS::IAM::Role ciem-${TENANT}`],
  ['is part of another stack', [roleIn(MEMBER)], { Parent: `${ID}-parent` }, `${ID}-parent, which would put it back`],
])('a stack that %s is not ours, and owns what is', (_what, resources, more, why) => {
  const all = found(resources, { roles: [MEMBER] }, more);
  expect(all.map((f) => [f.kind, f.hold?.code])).toEqual([['aws-role', 'OwnedByStack']]);
  expect(all[0]?.hold?.reason).toContain(why);
});

test('what a stack has forgotten belongs to it no more, though its tags say so', () => {
  expect(found([], { roles: [MEMBER] }).map((f) => [f.kind, f.hold])).toEqual([['aws-role', undefined]]);
});

test('a stack that is protected from deletion is held with its owner’s step; one that is not is free', () => {
  const holdOf = (TerminationProtection: boolean) => found([roleIn(MEMBER)], { roles: [MEMBER] }, { TerminationProtection })[0]?.hold;
  expect(holdOf(true)).toMatchObject({
    code: 'TerminationProtection',
    reason: expect.stringContaining('--no-enable-termination-protection --stack-name arn:aws:') as string,
  });
  expect(holdOf(false)).toBeUndefined();
});
