import { CIEM_APP, others, ours, type EstateInput } from '../hostile-estate/base.ts';
import { added, deleted, GCP_AUDIENCE, shared, SISTER_TENANT, TENANT, type Part } from './base.ts';

export const ORGANIZATION = '800100200300';
const FOLDER = '810000000001';
const ALONE = `attribute.appid=="${CIEM_APP}"`;
const GITHUB = 'https://token.actions.githubusercontent.com';

type Make = typeof ours;
type Provider = Extract<EstateInput, { kind: 'gcp-provider' }>;

/** One project's federation, as onboarding makes it, part by part. */
class Project {
  readonly id: string;
  readonly number: string;
  readonly project: EstateInput;
  readonly pool: EstateInput;
  readonly provider: EstateInput;
  readonly account: EstateInput;
  readonly impersonation: EstateInput;
  readonly roles: EstateInput[];

  /** Who makes what: the way in, and the account with its roles. `more`: of the provider. */
  constructor(
    n: number,
    id: string,
    way: { pool: Make; provider: Make; impersonation: Make },
    account: Make,
    more: Partial<Provider> = {},
    roles = ONBOARDED,
  ) {
    this.id = id;
    this.number = `8200000000${String(n).padStart(2, '0')}`;
    this.project = others('gcp-project', {
      projectId: id,
      number: this.number,
      parent: n % 2 ? `folders/${FOLDER}` : `organizations/${ORGANIZATION}`,
    });
    this.pool = way.pool('gcp-pool', { project: id, id: 'ts-federation', displayName: 'federation' });
    this.provider = provider(way.provider, id, 'ts-entra', more);
    this.account = account('gcp-service-account', {
      project: id,
      accountId: 'ts-posture',
      uniqueId: `1190000000000000000${String(n).padStart(2, '0')}`,
    });
    this.impersonation = binding(way.impersonation, this.accountName, 'roles/iam.workloadIdentityUser', this.members());
    this.roles = roles.map((role, r) => binding(account, r === 0 ? `organizations/${ORGANIZATION}` : `projects/${id}`, role, this.member));
  }

  get email(): string {
    return `ts-posture@${this.id.split(':').toReversed().join('.')}.iam.gserviceaccount.com`;
  }
  get accountName(): string {
    return `projects/${this.id}/serviceAccounts/${this.email}`;
  }
  get member(): string {
    return `serviceAccount:${this.email}`;
  }
  get all(): EstateInput[] {
    return [this.project, this.pool, this.provider, this.account, this.impersonation, ...this.roles];
  }

  members(which = '*'): string {
    return `principalSet://iam.googleapis.com/projects/${this.number}/locations/global/workloadIdentityPools/ts-federation/${which}`;
  }
}

const ONBOARDED = ['roles/iam.securityReviewer', 'roles/viewer'];
const binding = (make: Make, resource: string, role: string, ...members: string[]) => make('gcp-binding', { resource, role, members });

function provider(make: Make, project: string, id: string, more: Partial<Provider> = {}): EstateInput {
  return make('gcp-provider', {
    project,
    pool: 'ts-federation',
    id,
    issuer: `https://sts.windows.net/${TENANT}/`,
    audiences: [GCP_AUDIENCE],
    attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
    attributeCondition: ALONE,
    ...more,
  });
}

const OUR_WAY = { pool: ours, provider: ours, impersonation: ours };
const THEIR_WAY = { pool: others, provider: others, impersonation: others };
const project = (n: number, id: string, more: Partial<Provider> = {}) => new Project(n, id, OUR_WAY, ours, more);
/** Nothing of it is certain or free: its provider may let in others. */
const doubted = (n: number, id: string, more: Partial<Provider>) => new Project(n, id, THEIR_WAY, others, more);

const clean = project(1, 'ts-clean');
const narrowed = project(2, 'ts-narrowed', { attributeCondition: `assertion.appid == '${CIEM_APP}' && assertion.sub != 'x'` });
const ofDomain = project(3, 'tailspin.example:web');
const joined = project(4, 'ts-joined');
const impersonated = project(5, 'ts-impersonated');
const keyedLater = project(6, 'ts-keyed-later');
const madeAgain = project(7, 'ts-made-again');
const wider = project(8, 'ts-wider');
const sharedPool = new Project(9, 'ts-shared-pool', { ...THEIR_WAY, provider: ours }, others);
const bare = doubted(10, 'ts-bare', { attributeCondition: '' });
const either = doubted(11, 'ts-either', { attributeCondition: `${ALONE} || assertion.sub.startsWith('batch-')` });
const constant = doubted(12, 'ts-constant', {
  attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': `'${CIEM_APP}'` },
});
const negated = doubted(13, 'ts-negated', { attributeCondition: `!(attribute.appid == "${CIEM_APP}")` });
const unclear = doubted(14, 'ts-unclear', { attributeCondition: `attribute.appid=="${CIEM_APP}" and (` });
const keyed = new Project(15, 'ts-keyed', OUR_WAY, others);
const borrowed = new Project(16, 'ts-borrowed', OUR_WAY, others, {}, ['roles/bigquery.admin', 'roles/storage.admin']);
const sister = doubted(17, 'ts-sister', { issuer: `https://sts.windows.net/${SISTER_TENANT}/`, displayName: 'ms-ciem-wip-provider' });
const uploaded = doubted(18, 'ts-uploaded', { jwksJson: '{"keys":[{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}]}' });
const PROJECTS = [
  clean,
  narrowed,
  ofDomain,
  joined,
  impersonated,
  keyedLater,
  madeAgain,
  wider,
  sharedPool,
  bare,
  either,
  constant,
  negated,
  unclear,
  keyed,
  borrowed,
  sister,
  uploaded,
];

const CUSTOM = `organizations/${ORGANIZATION}/roles/CloudKnoxIAMOrgAdmin_1650000000`;
const CUSTOM_ROLE = ours('gcp-custom-role', {
  organization: ORGANIZATION,
  id: 'CloudKnoxIAMOrgAdmin_1650000000',
  title: 'CloudKnox IAM Org Admin',
  permissions: ['iam.roles.list', 'resourcemanager.organizations.setIamPolicy'],
});

const keyedAccount = { ...keyed.account, keys: ['a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'] } as EstateInput;

const OBJECTS: EstateInput[] = [
  others('gcp-organization', { id: ORGANIZATION, displayName: 'tailspin.example' }),
  others('gcp-folder', { id: FOLDER, displayName: 'Tailspin', parent: `organizations/${ORGANIZATION}` }),
  ...PROJECTS.flatMap((p) => p.all).map((o) => (o === keyed.account ? keyedAccount : o)),
  // What identities of a pool that is ours alone hold themselves, and an account of another project that lets them in.
  binding(ours, `projects/${clean.id}`, 'roles/browser', clean.members()),
  CUSTOM_ROLE,
  binding(ours, `organizations/${ORGANIZATION}`, CUSTOM, clean.member),
  binding(ours, sister.accountName, 'roles/iam.workloadIdentityUser', narrowed.members()),
  // The sister's provider lives in the pool as well.
  provider(others, sharedPool.id, 'sister-entra', { issuer: `https://sts.windows.net/${SISTER_TENANT}/` }),
  // Defender's own has every mark of ours.
  others('gcp-pool', { project: clean.id, id: 'defender-for-cloud' }),
  provider(others, clean.id, 'ciem-discovery', { pool: 'defender-for-cloud' }),
  others('gcp-service-account', { project: clean.id, accountId: 'microsoft-defender-ciem', uniqueId: '118000000000000000001' }),
  // Orphans: of whom these were nothing proves.
  ...PROJECTS.slice(0, 4).flatMap((p, n) => [
    binding(
      others,
      `projects/${p.id}`,
      'roles/iam.securityAdmin',
      `deleted:serviceAccount:mciem-service@${p.id === ofDomain.id ? 'web.tailspin.example' : p.id}.iam.gserviceaccount.com?uid=11800000000000000010${n}`,
    ),
    binding(others, `projects/${p.id}`, 'roles/iam.securityReviewer', `deleted:${p.member}?uid=11800000000000000020${n}`),
    binding(
      others,
      `projects/${p.id}`,
      'roles/viewer',
      'group:platform@tailspin.example',
      `user:ts-posture@${p.id === ofDomain.id ? 'tailspin.example' : 'tailspin.example'}`,
    ),
  ]),
  binding(
    others,
    `folders/${FOLDER}`,
    'roles/iam.securityAdmin',
    `deleted:principal://iam.googleapis.com/projects/${clean.number}/locations/global/workloadIdentityPools/gone/subject/x`,
  ),
  // Of pools that are gone: one by another name, and one by the name of ours in a project that has none.
  binding(others, `projects/${clean.id}`, 'roles/viewer', clean.members().replace('ts-federation', 'ts-federation-2021')),
  binding(others, sister.accountName, 'roles/iam.workloadIdentityUser', clean.members().replace('ts-federation', 'ts-federation-2021')),
  binding(others, `folders/${FOLDER}`, 'roles/browser', clean.members().replace(clean.number, '820000000099')),
];

const NAMESAKE = '119000000000000000907';

const CHANGES = [
  // Somebody's builds come in by our pool, and so may act as whatever trusts all of it.
  added(
    provider(others, joined.id, 'github', {
      issuer: GITHUB,
      audiences: [],
      attributeMapping: { 'google.subject': 'assertion.sub' },
      attributeCondition: "assertion.repository_owner=='tailspin'",
    }),
  ),
  ...[joined.pool, joined.account, joined.impersonation, ...joined.roles].map((o) => shared(o)),
  // A group, or whoever has a key, acts as our account.
  added(binding(others, impersonated.accountName, 'roles/iam.serviceAccountTokenCreator', 'group:batch@tailspin.example')),
  ...[impersonated.account, ...impersonated.roles].map((o) => shared(o)),
  shared(keyedLater.account, { keys: ['ffeeddccbbaa00112233445566778899aabbccdd'] }),
  ...keyedLater.roles.map((o) => shared(o)),
  // An account is deleted, with its own policy, and another one made under its name and given roles.
  deleted(madeAgain.account),
  deleted(madeAgain.impersonation),
  added(others('gcp-service-account', { project: madeAgain.id, accountId: 'ts-posture', uniqueId: NAMESAKE })),
  added(binding(others, `projects/${madeAgain.id}`, 'roles/viewer', `${madeAgain.member}?uid=${NAMESAKE}`)),
  added(binding(others, `projects/${madeAgain.id}`, 'roles/storage.admin', `${madeAgain.member}?uid=${NAMESAKE}`)),
  // Somebody's batch comes in by our provider.
  shared(wider.provider, { audiences: [GCP_AUDIENCE, 'api://tailspin-batch'] }),
  ...[wider.pool, wider.account, wider.impersonation, ...wider.roles].map((o) => shared(o)),
  added(binding(others, `organizations/${ORGANIZATION}`, CUSTOM, 'group:platform@tailspin.example')),
  shared(CUSTOM_ROLE),
];

export const gcp: Part = { objects: OBJECTS, changes: CHANGES };
