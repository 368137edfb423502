import { describe, expect, test } from 'vitest';
import { GCP_ORDER } from '../../../activities/gcp/order.ts';
import type { AccountWithPolicy, GcpSnapshot, Provider } from '../../../activities/gcp/snapshot.ts';
import { heldBack } from '../../../activities/apply/operations/remove.ts';
import { MEPM } from '../../../model/footprint.ts';
import { emptyLedger } from '../../../model/ledger.ts';
import type { PlanInput } from '../../../model/plan.ts';
import { accessNow } from '../../../model/access-that-stays.ts';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import { finding, planOf } from '../../model/findings.ts';
import {
  account,
  EMAIL,
  factsOf,
  ISSUER,
  judge,
  oidcProject,
  pool,
  POOL,
  principals,
  PROJECT,
  provider,
  TENANT,
  workloadUser,
} from './fixtures.ts';

const OURS = `serviceAccount:${EMAIL}`;
const ROLES = [
  { role: 'roles/iam.securityReviewer', members: [OURS] },
  { role: 'roles/iam.securityAdmin', members: [OURS] },
];
const BY_APP = `attribute.appid/${MEPM.ciemAppId}`;
const OTHER_TENANT = { issuer: 'https://sts.windows.net/3c9e7a50-12bd-4f68-a1c7-5e6d7f809a1b/' };
const github = (change: Partial<Provider> = {}) =>
  provider(
    {
      issuer: 'https://token.actions.githubusercontent.com',
      audiences: [],
      attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.repository': 'assertion.repository' },
      attributeCondition: '',
      displayName: '',
      ...change,
    },
    'github',
  );

interface House {
  providers?: Provider[];
  /** What the account lets in. */
  members?: string[];
  more?: Parameters<typeof account>[0];
  change?: Partial<AccountWithPolicy>;
  policy?: GcpSnapshot['policy'];
}

/** The OIDC project as onboarding left it, but for what is said; the account holds two roles on it. */
function house({
  providers = [provider()],
  members = [principals()],
  more = [],
  change = {},
  policy = { bindings: ROLES },
}: House): GcpSnapshot {
  return oidcProject([pool(providers)], [account([workloadUser(...members), ...more], change)], policy);
}

/** How a plan takes each kind of thing: `goes`, the code that holds it, or `name-only`. */
function fates(snapshot: GcpSnapshot, more: Partial<PlanInput> = {}): Record<string, string> {
  const facts = factsOf(snapshot);
  const { findings, bystanders } = judge(snapshot, facts);
  const plan = planOf(findings, { facts, bystanders, orders: { gcp: GCP_ORDER }, ...more });
  const planned = plan.items.map((i) => [i.kind.replace('gcp-', ''), i.guard?.code ?? 'goes'] as const);
  const left = findings.filter((f) => !plan.items.some((i) => i.id === f.id));
  return Object.fromEntries([
    ...planned,
    ...left.map((f) => [f.kind.replace('gcp-', ''), f.confidence === 'name-only' ? 'name-only' : 'stays'] as const),
  ]);
}

const ALL = { 'impersonation-binding': 'goes', binding: 'goes', 'service-account': 'goes', provider: 'goes', pool: 'goes' };
const every = (fate: string) => Object.fromEntries(Object.keys(ALL).map((kind) => [kind, fate]));

test('as onboarding left it, all of it goes', () => {
  expect(fates(house({}))).toEqual(ALL);
});

describe('others may act as the account', () => {
  const held = { ...ALL, 'service-account': 'SharedServiceAccount', binding: 'Shared' };

  test.each<[string, House]>([
    ['by a grant', { more: [{ role: 'roles/iam.serviceAccountTokenCreator', members: ['group:ci@contoso.example'] }] }],
    ['by a role of their own making', { more: [{ role: 'projects/contoso-security/roles/actor', members: ['group:ci@contoso.example'] }] }],
    [
      'by what lets them give themselves a key',
      { more: [{ role: 'roles/iam.serviceAccountKeyAdmin', members: ['group:ci@contoso.example'] }] },
    ],
    ['by a key', { change: { keys: ['4f5a'] } }],
    ['perhaps, for nobody may list its keys', { change: { keysUnseen: 'denied' } }],
    ['by another pool', { members: [principals(), principals('build', '*')] }],
  ])('%s: it is held with its roles, and our own way in goes alone', (_how, what) => {
    expect(fates(house(what))).toEqual(held);
  });

  test('but by a grant to the account itself nobody else does', () => {
    const itself = (member: string) => house({ more: [{ role: 'roles/iam.serviceAccountTokenCreator', members: [member] }] });
    expect(fates(itself(OURS))).toEqual(ALL);
    expect(fates(itself(`deleted:${OURS}?uid=999`))).toEqual(held);
  });

  test('as the default account of its project', () => {
    const email = '481516234200-compute@developer.gserviceaccount.com';
    const policy = { bindings: [{ role: 'roles/iam.securityReviewer', members: [`serviceAccount:${email}`] }] };
    expect(fates(house({ change: { email }, policy }))).toEqual(held);
  });
});

describe('an account that stays with our way in to it is told before anything else', () => {
  const warningsOf = (snapshot: GcpSnapshot, more: Partial<PlanInput> = {}) => {
    const facts = factsOf(snapshot);
    return planOf(judge(snapshot, facts).findings, { facts, orders: { gcp: GCP_ORDER }, ...more }).warnings;
  };
  const open = (attributeCondition: string) => house({ providers: [provider({ attributeCondition })] });
  const by = `service account ${EMAIL} (gcp:projects/${PROJECT}) by roles/iam.workloadIdentityUser of ${principals()} on ${EMAIL}`;
  const ID = MEPM.ciemAppId;

  test.each(['', `attribute.appid == '${ID}' || true`, "attribute.appid != '6f3d2b1a-90c8-47e5-8a6b-1c2d3e4f5a60'"])(
    'where it is open: "%s"',
    (condition) => {
      expect(warningsOf(open(condition))[0]).toBe(
        `access that stays unless it is decided otherwise: Permissions Management can still act as ${by}`,
      );
    },
  );

  test.each(["attribute.tid == 'x'", `attribute.appid.startsWith('${ID}')`, `attribute.appid = '${ID}'`])(
    'where nobody knows whether it is, as just that: "%s"',
    (condition) => {
      expect(warningsOf(open(condition))[0]).toBe(
        `access that stays unless it is decided otherwise, perhaps: whether Permissions Management can still act as ${by} is not known`,
      );
    },
  );

  test.each([`attribute.appid != '${ID}'`, `!(attribute.appid == '${ID}')`, "assertion.azp == '6f3d2b1a-90c8-47e5-8a6b-1c2d3e4f5a60'"])(
    'not where the condition shuts the CIEM application out: "%s"',
    (condition) => {
      expect(fates(open(condition))).toEqual(every('name-only'));
      expect(warningsOf(open(condition))).toEqual([]);
      const plan = planOf(judge(open(condition)).findings);
      expect(accessNow({ plan, outcomes: new Map(), ended: true })).toEqual([]);
    },
  );

  const name = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
  test.each<[string, GcpSnapshot]>([
    ['the account is disabled', house({ change: { disabled: true } })],
    ['the pool is', oidcProject([{ ...pool([provider()]), disabled: true }], [account([workloadUser(principals())])])],
    ['the provider is', house({ providers: [provider({ disabled: true })] })],
    [
      'the grant is for another application',
      house({ members: [principals('mciem-wi-pool', 'attribute.appid/6f3d2b1a-90c8-47e5-8a6b-1c2d3e4f5a60')] }),
    ],
  ])('nor where %s', (_what, snapshot) => {
    expect(warningsOf(snapshot, { protected: [name] })).toEqual([]);
  });

  test('nor where our provider goes out of a pool that others share: by theirs Permissions Management does not come in', () => {
    for (const disabled of [false, true]) {
      const shared = house({ providers: [provider(), github({ disabled })] });
      expect(fates(shared)).toMatchObject({ provider: 'goes', 'service-account': 'name-only', 'impersonation-binding': 'name-only' });
      expect(warningsOf(shared)).toEqual([]);
      expect(warningsOf(shared, { protected: [`${POOL}/providers/mciem-wi-provider`] })[0]).toContain('can still act as');
    }
  });

  test('a protected one, by whichever of its ways is open', () => {
    const members = [principals(), principals('mciem-wi-pool', 'subject/someone')];
    const [told] = warningsOf(house({ members }), { protected: [name] });
    expect(told).toContain('can still act as');
    expect(told?.endsWith(` by roles/iam.workloadIdentityUser of ${principals()} on ${EMAIL}`)).toBe(true);
  });

  test('nor where our way in goes', () => {
    for (const what of [{}, { change: { keys: ['4f5a'] } }]) expect(warningsOf(house(what))).toEqual([]);
  });
});

test('a protected account keeps its whole way', () => {
  const snapshot = house({});
  const name = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
  expect(fates(snapshot, { protected: [name] })).toEqual({ ...every('Shared'), 'service-account': 'stays' });
});

test('a provider that takes another audience is held with all that is behind it, and what rests on it is doubted', () => {
  const snapshot = house({ providers: [provider({ audiences: ['api://mciem-gcp-oidc-app', 'api://payroll'] })] });
  expect(fates(snapshot)).toEqual({ ...every('Doubt'), provider: 'SharedProvider' });
  const { findings } = judge(snapshot);
  expect(findings.find((f) => f.kind === 'gcp-binding')?.hold?.reason).toBe(
    `ours only through ${EMAIL}, and that through the pool mciem-wi-pool, and that through the provider mciem-wi-provider, ` +
      'which accepts other audiences as well: api://payroll; find out whose it is, then name it under overrides with a reason',
  );
});

test('a provider with uploaded keys is doubted with all that is behind it: whoever holds these comes in, and perhaps not Microsoft', () => {
  const keyed = provider({ jwksJson: '{"keys":[]}' });
  const snapshot = house({ providers: [keyed] });
  expect(fates(snapshot)).toEqual(every('Doubt'));
  const { findings } = judge(snapshot);
  const held = findings.find((f) => f.kind === 'gcp-provider')?.hold?.reason;
  expect(held).toContain('lets in whoever signs with the keys uploaded to it (oidc.jwksJson), not Microsoft alone');
  expect(findings.find((f) => f.kind === 'gcp-impersonation-binding')?.mepm).toBe('unknown');
  // Both doubts are told.
  const odd = judge(house({ providers: [provider({ ...keyed, attributeCondition: 'x = 1' })] })).findings[0]?.hold?.reason;
  expect(odd).toMatch(/a condition that is not understood and lets in whoever signs with the keys uploaded/);
});

test('a provider that an approver left in place keeps its pool', () => {
  const snapshot = house({});
  const leftAlone = [{ item: `gcp-provider:${POOL}/providers/mciem-wi-provider`, reason: 'waived by riley: others need it' }];
  expect(fates(snapshot, { leftAlone })).toMatchObject({ pool: 'Shared', provider: 'stays', 'service-account': 'goes' });
});

describe('in a pool that others share', () => {
  const stranger = provider(OTHER_TENANT, 'theirs');

  test('no name makes an account ours that is granted to the whole pool', () => {
    for (const other of [stranger, github()])
      expect(fates(house({ providers: [provider(), other] }))).toMatchObject({
        'service-account': 'name-only',
        'impersonation-binding': 'name-only',
        binding: 'name-only',
      });
  });

  test('a grant to the CIEM application does, where nobody else can be that', () => {
    expect(fates(house({ providers: [provider(), github()], members: [principals('mciem-wi-pool', BY_APP)] }))).toEqual({
      'impersonation-binding': 'goes',
      binding: 'goes',
      'service-account': 'goes',
      provider: 'goes',
    });
  });

  test.each([
    ['another tenant’s', stranger],
    ['one that makes it a constant', github({ attributeMapping: { 'attribute.appid': `'${MEPM.ciemAppId}'` } })],
    ['one that takes it from a claim of its own', github({ attributeMapping: { 'attribute.appid': 'assertion.repository' } })],
    ['Defender’s', provider({ audiences: ['api://mdc-ciem-gcp'] }, 'ciem-discovery')],
  ])('it is doubted where another provider may give others that value: %s', (_whose, other) => {
    const found = fates(house({ providers: [provider(), other], members: [principals('mciem-wi-pool', BY_APP)] }));
    expect(found).toMatchObject({ 'service-account': 'Doubt', 'impersonation-binding': 'Doubt', binding: 'Doubt' });
  });

  test('a grant to another attribute is its other users’', () => {
    const snapshot = house({
      providers: [provider(), github()],
      members: [principals('mciem-wi-pool', 'attribute.repository/contoso/web')],
    });
    expect(fates(snapshot)).toEqual({ provider: 'goes' });
  });
});

test('a condition that is not understood makes the provider and all behind it doubted', () => {
  expect(fates(house({ providers: [provider({ attributeCondition: `attribute.appid = '${MEPM.ciemAppId}'` })] }))).toEqual(every('Doubt'));
});

test('a condition that nothing is known by makes it a name, with all behind it', () => {
  for (const change of [
    { attributeCondition: `attribute.appid == '${MEPM.ciemAppId}' || true` },
    { attributeMapping: { 'attribute.appid': `'${MEPM.ciemAppId}'` } },
  ])
    expect(fates(house({ providers: [provider(change)] }))).toEqual(every('name-only'));
});

describe('a provider without a condition', () => {
  const snapshot = house({ providers: [provider({ attributeCondition: '' })] });

  test('is ours by name only, with the pool, the account and each role of it, whose risk is told', () => {
    expect(fates(snapshot)).toEqual(every('name-only'));
    const roles = judge(snapshot).findings.filter((f) => f.kind === 'gcp-binding');
    expect(roles.map((f) => f.risk)).toEqual(['read', 'takeover']);
  });

  test('tells with each what belongs to it', () => {
    const facts = factsOf(snapshot);
    const { findings } = judge(snapshot, facts);
    const told = planOf(findings, { facts, orders: { gcp: GCP_ORDER } }).untouched.find((u) => u.id.startsWith('gcp-service-account:'));
    const others = findings.filter((f) => f.kind !== 'gcp-service-account').map((f) => f.id);
    for (const id of others) expect(told?.reason).toContain(id);
  });
});

test('an account by name only that an override names alone says what keeps it, and what to type next; named with its grants it goes', () => {
  const snapshot = house({ providers: [provider({ attributeCondition: '' })] });
  const facts = factsOf(snapshot);
  const { findings } = judge(snapshot, facts);
  const planWith = (...items: string[]) =>
    planOf(findings, { facts, orders: { gcp: GCP_ORDER }, overrides: items.map((item) => ({ item, reason: 'ours, the team knows it' })) });
  const [ours = ''] = findings.filter((f) => f.kind === 'gcp-service-account').map((f) => f.id);
  const [grant = ''] = findings.filter((f) => f.kind === 'gcp-impersonation-binding').map((f) => f.id);
  const alone = planWith(ours);
  const item = alone.items.find((i) => i.id === ours);
  expect(item?.guard?.reason).toBe(`it would take ${grant} along: it matches by name only and stays: name it under overrides as well`);
  const held = item && heldBack(item, alone, emptyLedger());
  expect(held?.next?.map((n) => n.args)).toEqual([['RUN', '--override', `${grant}=REASON`, '--reason', 'TEXT', '--by', 'NAME']]);
  const both = planWith(ours, grant);
  expect(both.items.map((i) => [i.id, i.guard])).toEqual([
    [grant, undefined],
    [ours, undefined],
  ]);
});

describe('an account that our pool may act as and that has nothing of onboarding’s', () => {
  const email = `payroll@${PROJECT}.iam.gserviceaccount.com`;
  const bound = (...roles: string[]) => ({ bindings: roles.map((role) => ({ role, members: [`serviceAccount:${email}`] })) });
  const theirs = (policy: GcpSnapshot['policy']) => house({ change: { email, displayName: 'Payroll' }, policy });

  test('is doubted with its roles; our own grant on it goes', () => {
    expect(fates(theirs(bound('roles/bigquery.admin', 'roles/viewer')))).toEqual({ ...ALL, 'service-account': 'Doubt', binding: 'Doubt' });
  });

  test('is ours with one of the roles that onboarding gives, anywhere', () => {
    expect(fates(theirs(bound('roles/viewer', 'roles/iam.securityReviewer')))).toEqual(ALL);
    const snapshot = theirs(bound('roles/viewer'));
    const facts = { ...factsOf(snapshot), gcpOnboarded: [email] };
    expect(judge(snapshot, facts).findings.flatMap((f) => f.hold ?? [])).toEqual([]);
  });
});

describe('what identities of our pool hold themselves', () => {
  const direct = { bindings: [{ role: 'roles/owner', members: [principals(), principals('other')] }] };

  test('goes where the pool is ours alone, and before the pool', () => {
    const snapshot = house({ policy: direct });
    const { findings } = judge(snapshot);
    const [grant] = findings.filter((f) => f.kind === 'gcp-binding');
    expect(findings.filter((f) => f.kind === 'gcp-binding')).toHaveLength(1);
    expect(grant).toMatchObject({
      id: `gcp-binding:projects/${PROJECT}#roles/owner#${principals()}`,
      confidence: 'certain',
      risk: 'takeover',
    });
    expect(grant?.uses).toEqual([`gcp:pool:${POOL}`]);
    expect(fates(snapshot)).toMatchObject({ binding: 'goes' });
  });

  test('is only told where others share the pool', () => {
    const found = judge(house({ providers: [provider(), github()], policy: direct }));
    expect(found.findings.filter((f) => f.kind === 'gcp-binding')).toEqual([]);
    expect(found.bystanders.find((b) => b.id.startsWith('gcp-pool:'))?.why).toContain('roles/owner');
    expect(found.bystanders.find((b) => b.id.startsWith('gcp-binding:'))?.why).toContain('which others share with Permissions Management');
  });

  test('is no surer than the pool', () => {
    expect(fates(house({ providers: [provider({ attributeCondition: '' })], policy: direct })).binding).toBe('name-only');
  });

  test('on an account of another project goes; the account is told, and never goes', () => {
    const snapshot = house({});
    const theirs = account([{ role: 'roles/iam.serviceAccountTokenCreator', members: [principals(), 'user:sam@contoso.example'] }], {
      name: 'projects/contoso-web/serviceAccounts/web@contoso-web.iam.gserviceaccount.com',
      email: 'web@contoso-web.iam.gserviceaccount.com',
      uniqueId: '777',
    });
    if (snapshot.oidc) snapshot.oidc.elsewhere = [theirs];
    const found = judge(snapshot);
    const grants = found.findings.filter((f) => f.id.includes('contoso-web'));
    expect(grants.map((f) => [f.kind, f.confidence, f.risk])).toEqual([['gcp-impersonation-binding', 'certain', 'takeover']]);
    expect(grants[0]?.snapshot).toMatchObject({ resource: theirs.name, member: principals(), uniqueId: '777' });
    expect(found.bystanders.map((b) => b.id)).toEqual([`gcp-service-account:${theirs.name}`]);
  });

  test('on an account of its own project by another role goes, too; that account stays', () => {
    const theirs = account([{ role: 'roles/iam.serviceAccountTokenCreator', members: [principals()] }], {
      name: `projects/${PROJECT}/serviceAccounts/web@${PROJECT}.iam.gserviceaccount.com`,
      email: `web@${PROJECT}.iam.gserviceaccount.com`,
      uniqueId: '778',
      displayName: '',
    });
    const found = judge(oidcProject([pool([provider()])], [theirs]));
    expect(found.findings.map((f) => f.kind)).toEqual(['gcp-impersonation-binding', 'gcp-provider', 'gcp-pool']);
    // That grant is all that account has to do with the pool: once it goes, so may the pool, and not before.
    expect(planOf(found.findings, { bystanders: found.bystanders }).items.flatMap((i) => i.guard ?? [])).toEqual([]);
    const [grant] = found.findings;
    const kept = planOf(found.findings, {
      bystanders: found.bystanders,
      protected: [grant?.id.replace('gcp-impersonation-binding:', '') ?? ''],
    });
    expect(kept.items.map((i) => [i.kind, i.guard?.code])).toContainEqual(['gcp-pool', 'Shared']);
  });

  describe('once the pool is gone', () => {
    const before = factsOf(house({ policy: direct }));
    const theirs = account([workloadUser(principals())], {
      name: `projects/${PROJECT}/serviceAccounts/web@${PROJECT}.iam.gserviceaccount.com`,
      email: `web@${PROJECT}.iam.gserviceaccount.com`,
      uniqueId: '779',
      displayName: '',
    });
    const now = (poolStates?: GcpSnapshot['poolStates']) => {
      const snapshot: GcpSnapshot = { ...oidcProject([], [theirs], direct), ...(poolStates ? { poolStates } : {}) };
      const told = gcpCloud().facts(snapshot, TENANT, ISSUER, before);
      return judge(snapshot, { ...before, ...told }).findings;
    };

    test.each<[string, GcpSnapshot['poolStates'], string]>([
      [
        'deleted, with a date',
        { [POOL]: { until: '2026-12-20T00:00:00Z' } },
        'is deleted: nobody comes in by it now, but whoever undeletes it, until 2026-12-20T00:00:00Z, lets its identities in again',
      ],
      [
        'deleted, without one',
        { [POOL]: {} },
        'is deleted: nobody comes in by it now, but whoever undeletes it, within 30 days of its deletion, lets its identities in again',
      ],
      ['gone for good', {}, 'is gone: nobody comes in by it, unless a pool of the same id is made again'],
    ])('%s, each still goes, and says just that', (_how, states, words) => {
      const found = now(states);
      expect(found.map((f) => [f.kind, f.confidence])).toEqual([
        ['gcp-binding', 'certain'],
        ['gcp-impersonation-binding', 'certain'],
      ]);
      for (const f of found) expect(f.why.join()).toContain(words);
      // By such a grant nobody comes in to what stays.
      const stays = finding('posture', { title: 'the account', provides: [`gcp:service-account:${theirs.email}`] });
      const held = { hold: { code: 'ScopeLocked', reason: 'locked' } };
      expect(planOf([...found, stays].map((f) => ({ ...f, ...held }))).warnings).toEqual([]);
    });

    test('of a newcomer that has its id now none is MEPM’s', () => {
      expect(now({ [POOL]: 'live' })).toEqual([]);
    });

    test('nobody knows it where the pools were not listed', () => {
      const [, grant] = now();
      expect(grant?.serves?.map((s) => s.mepm)).toEqual(['unknown', undefined]);
    });
  });

  test('is no access any more once a run has removed the pool, whatever is left of the grants', () => {
    const { findings } = judge(house({}));
    const plan = planOf(findings, { orders: { gcp: GCP_ORDER } });
    const access = (...gone: string[]) => {
      const outcomes = new Map(gone.map((id) => [id, { item: id, outcome: 'removed' as const, reason: 'gone' }]));
      return accessNow({ plan, outcomes, ended: true });
    };
    expect(access()[0]).toContain('can still act as service account');
    expect(access(`gcp-pool:${POOL}`)).toEqual([]);
  });
});
