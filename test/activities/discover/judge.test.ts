import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../../activities/aws/cloud.ts';
import type { Deps } from '../../../activities/deps.ts';
import type { RoleState } from '../../../activities/aws/snapshot.ts';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { eachOnce, judge, type Judged } from '../../../activities/discover/judge.ts';
import type { Finding, Facts, Match } from '../../../model/finding.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import type { SystemId } from '../../../model/names.ts';
import { shown } from '../../../model/shown.ts';
import { assumedBy, document, OIDC_ROLE, role, snapshot, webIdentity } from '../aws/fixtures.ts';
import { account, EMAIL, oidcProject, PROJECT, UNIQUE_ID } from '../gcp/fixtures.ts';
import { FACTS, TENANT } from '../planned.ts';

/** What an earlier plan knew: an OIDC role and a service account, both removed since. */
const EARLIER: Facts = {
  ...FACTS,
  awsOidcRoles: [{ mark: 'AROAOIDCROLE' }, { mark: OIDC_ROLE }],
  gcpServiceAccounts: [{ email: EMAIL, uniqueId: UNIQUE_ID, confidence: 'certain', named: true }],
};
const manifest = ManifestSchema.parse({
  tenant: { id: TENANT },
  successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: 'riley' },
  aws: { oidcAccount: '444455556666', members: ['111122223333'], assumeRole: 'offboarding-entry' },
  entra: { applications: ['api://mciem-aws-oidc-app'] },
  collectors: [{ id: 'aws-1', type: 'aws', driver: 'operator', recipient: 'dana@contoso.example' }],
  approvers: ['sam', 'riley'],
});

async function judgedAll(system: SystemId, read: unknown, earlier = EARLIER): Promise<Judged> {
  return await judgedSystems({ [system]: read }, earlier);
}

async function judgedSystems(read: Record<string, unknown>, earlier = EARLIER, of = manifest): Promise<Judged> {
  const artifacts: Record<string, unknown> = { ...read, readings: Object.keys(read).map((system) => ({ system, artifact: system })) };
  const deps = {
    artifacts: { get: (address: string) => Promise.resolve(artifacts[address]) },
    clouds: { aws: awsCloud(), gcp: gcpCloud() },
  } as unknown as Deps;
  return await judge(deps, of, ['readings'], earlier);
}

async function judged(system: SystemId, read: unknown): Promise<Match> {
  return (await judgedAll(system, read)).match;
}

describe('of what an earlier plan knew to be ours', () => {
  test('the unique id of a removed OIDC role still proves whatever trusts it', async () => {
    const late = role('late', document(assumedBy('AROAOIDCROLE')));
    const { findings } = await judged('aws:111122223333', snapshot({ roles: [late] }));
    expect(findings).toMatchObject([{ id: `aws-role:${late.Arn}`, confidence: 'certain' }]);
  });

  test('what was doubted then is doubted still, once it is gone', async () => {
    const late = role('late', document(assumedBy('AROAOIDCROLE')));
    const doubted = { mark: 'AROAOIDCROLE', doubt: `${OIDC_ROLE}, whose trust also lets in a pipeline` };
    const { match, facts } = await judgedAll('aws:111122223333', snapshot({ roles: [late] }), { ...EARLIER, awsOidcRoles: [doubted] });
    expect(match.findings.map((f) => f.hold)).toMatchObject([{ code: 'Doubt', reason: expect.stringContaining('a pipeline') as unknown }]);
    expect(facts.awsOidcRoles).toEqual([doubted]);
  });

  test('what is there is doubted as it stands now, whatever was known of it', async () => {
    const others = document(webIdentity(), assumedBy('arn:aws:iam::999900001111:user/pipeline'));
    const oidc = role('oidc', others, { RoleId: 'AROAOIDCROLE' });
    const { facts } = await judgedAll('aws:444455556666', snapshot({ account: '444455556666', roles: [oidc] }));
    expect(facts.awsOidcRoles.map((p) => p.doubt)).toEqual(Array(2).fill(expect.stringContaining('user/pipeline')));
  });

  test('its ARN proves nothing: another role may have been made under it', async () => {
    const others = role('backup', document(assumedBy(OIDC_ROLE)));
    const { findings } = await judged('aws:111122223333', snapshot({ roles: [others] }));
    expect(findings).toEqual([]);
  });

  test('the address of a removed service account proves nothing: another may have been made under it', async () => {
    const newcomer = account([], { uniqueId: '999', displayName: 'etl of the data team' });
    const project = oidcProject([], [newcomer], {
      bindings: [{ role: 'roles/storage.admin', members: [`serviceAccount:${EMAIL}`] }],
    });
    const { findings } = await judged(`gcp:projects/${PROJECT}`, project);
    expect(findings.filter((f) => f.confidence === 'certain')).toEqual([]);
  });
});

describe.each([
  ['role', 'AROAGONE'],
  ['user', 'AIDAGONE'],
  ['instance profile', 'AIPAGONE'],
  ['group', 'AGPAGONE'],
])('the unique id of a %s in a trust, of one that was deleted', (_of, gone) => {
  const oidc = role('contoso-oidc', document(webIdentity(), assumedBy(gone)), { Arn: OIDC_ROLE, RoleId: 'AROAOIDCROLE' });
  const oidcAccount = { 'aws:444455556666': snapshot({ account: '444455556666', roles: [oidc] }) };
  const member = role('member', document(assumedBy(OIDC_ROLE, gone)));
  const here = (...roles: RoleState[]) => ({ 'aws:111122223333': snapshot({ roles }) });
  const codes = async (...[read, earlier]: Parameters<typeof judgedSystems>) =>
    (await judgedSystems(read, earlier)).match.findings.map((f) => f.hold?.code);

  test('is told, and holds neither the role that trusts it nor who trusts that', async () => {
    const { match, facts } = await judgedSystems({ ...oidcAccount, ...here(member) });
    expect(match.findings.map((f) => [f.hold, f.why.at(-1)])).toEqual(
      Array(2).fill([undefined, `trusts ${gone} as well, deleted since: nobody comes in by that`]),
    );
    expect(facts.awsOidcRoles).toEqual([{ mark: 'AROAOIDCROLE' }, { mark: OIDC_ROLE }]);
  });

  test('holds both while not every account was read, for it may live there', async () => {
    expect(await codes({ ...here(member, oidc) })).toEqual(['SharedTrust', 'Doubt']);
  });

  test('holds them where it was read that it lives', async () => {
    const lives = role('team', document(assumedBy('arn:aws:iam::1:root')), { RoleId: gone });
    expect(await codes({ ...oidcAccount, ...here(member, lives) })).toEqual(['SharedTrust', 'Doubt']);
    const { 'aws:111122223333': account } = here(member);
    expect(await codes({ ...oidcAccount, 'aws:111122223333': { ...account, userIds: [gone] } })).toEqual(['SharedTrust', 'Doubt']);
  });

  test('is deleted for good once it was known to be', async () => {
    const earlier: Facts = { ...EARLIER, awsById: [{ id: gone, state: 'deleted' }] };
    expect(await codes(oidcAccount)).toEqual(['SharedTrust']);
    expect(await codes(oidcAccount, earlier)).toEqual([undefined]);
  });
});

describe('where the manifest names the accounts of OIDC roles', () => {
  const member = role('member', document(assumedBy(OIDC_ROLE)));
  const oidc = role('contoso-oidc', document(webIdentity()), { Arn: OIDC_ROLE });
  const read = {
    'aws:444455556666': snapshot({ account: '444455556666', roles: [oidc] }),
    'aws:111122223333': snapshot({ roles: [member] }),
  };
  const codes = async (oidcAccount?: string | string[]) => {
    const aws = { members: ['111122223333', '444455556666'], assumeRole: 'x', ...(oidcAccount === undefined ? {} : { oidcAccount }) };
    const { match } = await judgedSystems(read, FACTS, { ...manifest, aws });
    return match.findings.map((f) => f.hold?.code);
  };

  test('one of another account leaves doubt of what trusts it, and not of itself', async () => {
    expect(await codes('999999999999')).toEqual([undefined, 'Doubt']);
  });

  test.each([['444455556666'], [['999999999999', '444455556666']], [undefined]])('those of %j, or of any, leave none', async (named) => {
    expect(await codes(named)).toEqual([undefined, undefined]);
  });
});

test('a system of the manifest that nobody read is unknown, never empty', async () => {
  const { unknown } = await judgedAll('aws:111122223333', snapshot({}));
  expect(unknown).toContainEqual({ system: 'aws:444455556666', reason: 'it was not read' });
  expect(unknown.map((u) => u.system)).not.toContain('aws:111122223333');
});

test('the worker’s own are the role that it enters accounts by, whether or not an account could be read, and what its sessions are in', async () => {
  const own = role('runner', document(assumedBy('arn:aws:iam::999900001111:root')));
  const { facts } = await judgedAll('aws:111122223333', snapshot({ roles: [own], ourselves: [own.Arn] }));
  expect(facts.ourselves).toEqual(['offboarding-entry', own.Arn]);
  expect((await judgedAll('aws:111122223333', snapshot({}))).facts.ourselves).toEqual(['offboarding-entry']);
});

describe('what two systems show', () => {
  const grant = {
    kind: 'gcp-impersonation-binding',
    id: 'gcp-impersonation-binding:one',
    title: 'one',
    phase: 'permissions',

    risk: 'takeover',
  } as const;
  const more = { stage: 'impersonation', snapshot: {}, provides: [], why: ['one'] };
  const here: Finding = {
    ...grant,
    ...more,
    system: 'gcp:projects/b',
    confidence: 'certain',
    uses: ['gcp:pool:b'],
    hold: { code: 'Doubt', reason: 'b' },
  };
  const there: Finding = {
    ...grant,
    ...more,
    system: 'gcp:projects/a',
    confidence: 'name-only',
    uses: ['gcp:pool:a'],
    hold: { code: 'SharedProvider', reason: 'a' },
  };

  test.each([[[here, there]], [[there, here]]])('is one finding, the surest, with every hold', (findings) => {
    expect(eachOnce(findings)).toMatchObject([
      {
        system: 'gcp:projects/b',
        confidence: 'certain',
        uses: ['gcp:pool:a', 'gcp:pool:b'],
        hold: { parts: expect.arrayContaining([here.hold, there.hold]) as unknown },
      },
    ]);
    expect(eachOnce([here])).toEqual([here]);
  });
});

describe('what a cloud calls its things', () => {
  const SYSTEM = 'aws:111122223333';

  test('is shown with all that would not be seen, ids but for that alone; a system with an id that cannot be seen is not known', async () => {
    const trust = document(assumedBy('AROAOIDCROLE'));
    const named = role('late', trust);
    const { match } = await judgedAll(SYSTEM, snapshot({ roles: [named], account: '111122223333' }));
    expect(match.findings).toHaveLength(1);

    const odd = role('la\u202ete', trust);
    const { match: none, unknown } = await judgedAll(SYSTEM, snapshot({ roles: [odd, named] }));
    expect(none.findings).toEqual([]);
    expect(unknown.find((u) => u.system === SYSTEM)?.reason).toMatch(/an id that no cloud gives: .*la\\u202ete$/);
  });

  test('becomes no line and no escape of ours in titles and reasons', () => {
    const reason = 'used by \u001b[31mnobody\n';
    const one = {
      kind: 'aws-role',
      id: 'aws-role:x',
      title: 'a\nb',
      why: ['c\u2066d'],
      hold: { code: 'Shared', reason, parts: [{ code: 'Shared', reason }] },
    };
    const { findings } = shown({ findings: [one as unknown as Finding], bystanders: [] });
    const told = 'used by \\u001b[31mnobody\\u000a';
    expect(findings).toMatchObject([
      { id: one.id, title: 'a\\u000ab', why: ['c\\u2066d'], hold: { reason: told, parts: [{ reason: told }] } },
    ]);
  });
});
