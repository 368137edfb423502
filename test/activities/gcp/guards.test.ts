import { afterEach, describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { GcpSnapshot } from '../../../activities/gcp/snapshot.ts';
import { buildPlan } from '../../../model/plan.ts';
import { planInput } from '../../model/findings.ts';
import type { CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import {
  account,
  factsOf,
  EMAIL,
  judge,
  NUMBER,
  oidcProject,
  onboarded,
  pool,
  POOL,
  principals,
  PROJECT,
  provider,
  workloadUser,
} from './fixtures.ts';
import { contextOf, googleAt } from './in-process.ts';

const ELSEWHERE: GcpSnapshot = {
  system: 'gcp:folders/7',
  resource: 'folders/7',
  policy: { bindings: [{ role: 'roles/viewer', members: [`serviceAccount:${EMAIL}`] }] },
  ourselves: [],
};

/** Findings in the OIDC project and in a folder where its account holds a role. */
function judgeBoth(oidc: GcpSnapshot) {
  const facts = factsOf(oidc);
  const both = [judge(oidc, facts), judge(ELSEWHERE, facts)];
  return { findings: both.flatMap((m) => m.findings), bystanders: both.flatMap((m) => m.bystanders) };
}

describe('What the worker itself runs under', () => {
  const planned = (own: string[]) => {
    const snapshot = { ...onboarded(), ourselves: own };
    return buildPlan(planInput(judgeBoth(snapshot).findings, { facts: factsOf(snapshot) }));
  };

  it('is its service account: with all that account holds and is held by it stays, and no finding is left to override', () => {
    const { items, untouched } = planned([EMAIL]);
    expect(items.map((i) => i.kind)).toEqual(['gcp-pool', 'gcp-provider']);
    expect(untouched.map((u) => u.id.slice(0, u.id.indexOf(':'))).toSorted()).toEqual([
      'gcp-binding',
      'gcp-impersonation-binding',
      'gcp-service-account',
    ]);
    expect(new Set(untouched.map((u) => u.reason))).toEqual(new Set([`this worker runs under ${EMAIL}`]));
    // What stays still uses the pool, so the pool is held.
    expect(items.find((i) => i.kind === 'gcp-pool')?.guard).toMatchObject({ code: 'Shared' });
  });

  it('is its pool and provider, when the credentials come through them', () => {
    const { items } = planned([POOL, `${POOL}/providers/mciem-wi-provider`]);
    expect(items.map((i) => i.kind)).toEqual(['gcp-binding']);
  });

  it('is nothing of ours when the credentials are others', () => {
    expect(planned(['offboarding@contoso-tools.iam.gserviceaccount.com']).items).toHaveLength(5);
  });
});

describe('An account that was used lately', () => {
  const used = (usedRecently: Record<string, string>) => {
    const snapshot = onboarded();
    return judgeBoth({ ...snapshot, ...(snapshot.oidc ? { oidc: { ...snapshot.oidc, usedRecently } } : {}) }).findings;
  };

  it('holds itself and all it needs, in every system, and says by what', () => {
    const findings = used({ [EMAIL]: `${EMAIL} authenticated on 2026-11-20, as Policy Analyzer tells` });
    expect(findings).toHaveLength(5);
    for (const { hold } of findings)
      expect(hold).toMatchObject({ code: 'RecentlyUsed', reason: expect.stringContaining('2026-11-20') as string });
  });

  it('is told beside what is fingerprinted: use changes no definition', () => {
    const snapshots = (findings: { snapshot: unknown }[]) => findings.map((f) => f.snapshot);
    expect(snapshots(used({ [EMAIL]: 'yesterday' }))).toEqual(snapshots(used({})));
  });

  it('does not hold others: not used, or another account was', () => {
    for (const recent of [{}, { 'builder@contoso-security.iam.gserviceaccount.com': 'today' }]) {
      expect(used(recent).filter((f) => f.hold)).toEqual([]);
    }
  });
});

describe('Policy Analyzer', () => {
  let sandbox: CloudSandbox;
  afterEach(() => sandbox.close());
  const day = 86_400_000;
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

  async function read(lastAuthenticated: string | undefined, deny: string[] = []) {
    sandbox = await googleAt([
      { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' },
      { kind: 'gcp-project', ours: false, projectId: PROJECT, number: NUMBER, parent: 'organizations/900', deny },
      ...['1', '2', '3'].map((n) => ({
        kind: 'gcp-service-account',
        ours: false,
        project: PROJECT,
        accountId: `account-${n}`,
        uniqueId: `10${n}`,
        ...(lastAuthenticated === undefined || n === '2' ? {} : { lastAuthenticated }),
      })),
    ]);
    const cloud = gcpCloud();
    const context = contextOf({ projects: [PROJECT], oidcProject: PROJECT });
    const snapshot = await cloud.read(await cloud.connect(`gcp:projects/${PROJECT}`, context), `gcp:projects/${PROJECT}`, context);
    return snapshot.oidc;
  }

  it('tells of a use within 14 days, over all pages, and of the very account', async () => {
    const oidc = await read(ago(13 * day));
    expect(Object.keys(oidc?.usedRecently ?? {})).toEqual([1, 3].map((n) => `account-${n}@${PROJECT}.iam.gserviceaccount.com`));
  });

  it('tells of no use that is older, and of none where there was none', async () => {
    expect(await read(ago(15 * day))).toMatchObject({ usedRecently: {} });
    await sandbox.close();
    const never = await read(undefined);
    expect(never?.usedRecently).toEqual({});
    expect(never?.useUnknown).toBeUndefined();
  });

  it('that may not be asked is no use known, and the snapshot says why', async () => {
    const oidc = await read(ago(day), ['policyanalyzer.serviceAccountLastAuthenticationActivities.query']);
    expect(oidc?.usedRecently).toEqual({});
    expect(oidc?.useUnknown).toContain('policyanalyzer.');
  });
});

describe('A shared pool', () => {
  const github = provider({ issuer: 'https://token.actions.githubusercontent.com', audiences: [], attributeCondition: '' }, 'github');
  const builder = `builder@${PROJECT}.iam.gserviceaccount.com`;
  const forBuilder = workloadUser(principals('mciem-wi-pool', 'attribute.repository/contoso/app'));
  const shared = oidcProject(
    [pool([provider(), github])],
    [account([workloadUser(principals())]), account([forBuilder], { email: builder, uniqueId: '7', displayName: '' })],
    { bindings: [{ role: 'roles/storage.admin', members: [principals('mciem-wi-pool', 'attribute.repository/contoso/web')] }] },
  );

  it('loses our provider only, and its other users are named', () => {
    const { findings, bystanders } = judge(shared);
    expect(findings.map((f) => f.kind)).not.toContain('gcp-pool');
    expect(findings.filter((f) => f.kind === 'gcp-provider').map((f) => f.id)).toEqual([
      `gcp-provider:${POOL}/providers/mciem-wi-provider`,
    ]);
    const told = bystanders.find((s) => s.id === `gcp-pool:${POOL}`)?.why;
    for (const name of ['github', builder, `roles/storage.admin on projects/${PROJECT}`]) expect(told).toContain(name);
    expect(told).not.toContain(EMAIL);
  });

  it('is not shared with a pool of like name, whose users are not named', () => {
    const other = account([workloadUser(principals('mciem-wi-pool-2'))], { email: builder, uniqueId: '7', displayName: '' });
    const { findings } = judge(oidcProject([pool([provider()])], [account([workloadUser(principals())]), other]));
    expect(findings.map((f) => f.kind)).toContain('gcp-pool');
  });
});

describe('Microsoft Defender for Cloud', () => {
  const defenderPool = POOL.replace('mciem-wi-pool', 'defender');
  const discovery = provider({ displayName: 'ms-ciem-wip-provider' }, 'ciem-discovery', defenderPool);
  const email = `microsoft-defender-ciem@${PROJECT}.iam.gserviceaccount.com`;
  const theirs = account([workloadUser(principals('defender'))], { email, uniqueId: '9', displayName: 'ms-ciem-service-account' });

  it('keeps its provider, account and bindings, though issuer, audience, condition and display names are ours', () => {
    const held = { bindings: [{ role: 'roles/viewer', members: [`serviceAccount:${email}`] }] };
    const { findings, bystanders } = judge(oidcProject([pool([discovery], defenderPool)], [theirs], held));
    expect(findings).toEqual([]);
    expect(bystanders.filter((s) => s.defender).map((s) => s.id.split(':')[0])).toEqual([
      'gcp-binding',
      'gcp-service-account',
      'gcp-provider',
    ]);
  });

  it('in one pool with ours keeps the pool and its own provider', () => {
    const both = pool([provider(), provider({}, 'ciem-discovery')]);
    const { findings } = judge(oidcProject([both], [account([workloadUser(principals())]), theirs]));
    expect(findings.filter((f) => f.confidence === 'certain' && f.kind !== 'gcp-provider').map((f) => f.kind)).not.toContain('gcp-pool');
    expect(findings.filter((f) => f.kind === 'gcp-provider').map((f) => f.id)).toEqual([
      `gcp-provider:${POOL}/providers/mciem-wi-provider`,
    ]);
  });

  it('is not meant by what is only called a little like it', () => {
    const alike = provider({}, 'ciem-discovery-2');
    const { findings } = judge(
      oidcProject([pool([alike])], [account([workloadUser(principals())], { displayName: 'microsoft-defender-ciem' })]),
    );
    expect(findings.map((f) => f.kind)).toEqual(['gcp-impersonation-binding', 'gcp-service-account', 'gcp-provider', 'gcp-pool']);
  });
});

it('What was looked at is counted, ours or not', () => {
  const snapshot = oidcProject(
    [pool([provider(), provider({ state: 'DELETED' }, 'old')])],
    [account([workloadUser(principals(), 'user:eve@contoso.example')])],
    { bindings: [{ role: 'roles/viewer', members: ['user:eve@contoso.example', `serviceAccount:${EMAIL}`] }] },
  );
  const seen = gcpCloud().kinds.map((kind) => [kind.name, kind.match(snapshot, factsOf(snapshot)).seen]);
  expect(Object.fromEntries(seen)).toEqual({
    'gcp-binding': 2,
    'gcp-impersonation-binding': 2,
    'gcp-service-account': 1,
    'gcp-provider': 1,
    'gcp-pool': 1,
  });
});
