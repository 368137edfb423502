import { expect, test } from 'vitest';
import { awsPolicy } from '../../../../../activities/aws/kinds/policy/index.ts';
import type { AccountPolicy, RoleState } from '../../../../../activities/aws/snapshot.ts';
import { TENANT } from '../../../planned.ts';
import {
  ACCOUNT,
  allowing,
  assumedBy,
  document,
  KNOWN,
  OIDC_ROLE,
  OTHER_TENANT,
  policy,
  policyArn,
  role,
  snapshot,
  webIdentity,
} from '../../fixtures.ts';

const NAME = `ciem-cloudtrail-${TENANT}`;
const NONE = { attachmentCount: 0, boundaryCount: 0 };
const ours = (name: string, ...attached: string[]) =>
  role(name, document(assumedBy(OIDC_ROLE)), { AttachedPolicies: attached.map(policyArn) });
const stranger = (...attached: string[]) =>
  role('stranger', document(assumedBy('arn:aws:iam::1:root')), { AttachedPolicies: attached.map(policyArn) });
const match = (p: AccountPolicy, ...roles: RoleState[]) => awsPolicy.match(snapshot({ policies: [p], roles }), KNOWN);

test.each([NAME, `ciem-oidc-${TENANT}-assume`, `ciem-controller-${TENANT.toUpperCase()}`, 'SSOPolicy'])(
  '%s is ours when only our role has it',
  (name) => {
    const { findings, bystanders } = match(policy(name), ours('r', name));
    expect(bystanders).toEqual([]);
    expect(findings).toMatchObject([{ confidence: 'certain', provides: [`aws:policy:${policyArn(name)}`], risk: 'read' }]);
  },
);

test('a policy waits for the last of its roles', () => {
  const oidc = role('oidc', document(webIdentity()), { AttachedPolicies: [policyArn(NAME)] });
  const { findings } = match(policy(NAME, {}, { attachmentCount: 2, boundaryCount: 0 }), ours('member', NAME), oidc);
  expect(findings).toMatchObject([{ stage: 'oidc-role' }]);
});

test('a controller policy ranks as takeover', () => {
  const controller = policy(NAME, { Versions: [{ VersionId: 'v1', Document: allowing('iam:Create*') }] });
  expect(match(controller, ours('r', NAME)).findings).toMatchObject([{ risk: 'takeover' }]);
});

test.each<[string, AccountPolicy, RoleState[]]>([
  ['with a name onboarding did not give', policy('contoso-extra'), [ours('r', 'contoso-extra')]],
  ['with a look-alike name without the tenant’s id', policy('ciem-controller-tools'), [ours('r', 'ciem-controller-tools')]],
  ['with the id of another tenant', policy(`ciem-scp-${OTHER_TENANT}`), [ours('r', `ciem-scp-${OTHER_TENANT}`)]],
  ...[`${NAME}-x`, `x-${NAME}`, `ciem-${TENANT}`, `CIEM-SCP-${TENANT}`, `ciem-scp-${TENANT}-assume`, 'ssopolicy'].map(
    (name): [string, AccountPolicy, RoleState[]] => [`called ${name}, nearly as onboarding would`, policy(name), [ours('r', name)]],
  ),
  ['with onboarding’s name, attached to nothing', policy(NAME, {}, NONE), []],
])('a policy %s matches by name only', (_name, p, roles) => {
  const { findings, bystanders } = match(p, ...roles);
  expect(bystanders).toEqual([]);
  expect(findings).toMatchObject([{ confidence: 'name-only' }]);
});

test.each<[string, AccountPolicy, RoleState[], string]>([
  [
    'a stranger’s role has too',
    policy(NAME, {}, { attachmentCount: 2, boundaryCount: 0 }),
    [ours('r', NAME), stranger(NAME)],
    'role stranger',
  ],
  ['users or groups have too', policy(NAME, {}, { attachmentCount: 3, boundaryCount: 0 }), [ours('r', NAME)], '2 users or groups'],
  ['bounds somebody', policy(NAME, {}, { attachmentCount: 1, boundaryCount: 1 }), [ours('r', NAME)], 'permissions boundary'],
  ['only a stranger’s role has', policy(NAME), [stranger(NAME)], 'no role of ours'],
  ['has a look-alike name and no user', policy('ciem-report-weekly', {}, NONE), [], 'without this tenant'],
  ['has nearly onboarding’s name and no user', policy(`${NAME}-x`, {}, NONE), [], 'without this tenant'],
  ['has the id of another tenant and no user', policy(`ciem-scp-${OTHER_TENANT}`, {}, NONE), [], 'without this tenant'],
  ['is Defender’s, even on our role', policy('mdc-ciem-read'), [ours('r', 'mdc-ciem-read')], 'Defender'],
])('a policy that %s stays', (_name, p, roles, why) => {
  const { findings, bystanders } = match(p, ...roles);
  expect(findings).toEqual([]);
  expect(bystanders).toMatchObject([
    { system: `aws:${ACCOUNT}`, id: `aws-policy:${p.state.Arn}`, why: expect.stringContaining(why) as unknown },
  ]);
});

test('a policy nobody would take for ours is not even told', () => {
  expect(match(policy('deploy'), stranger('deploy'))).toEqual({ findings: [], bystanders: [], seen: 1 });
});
