import fc from 'fast-check';
import type { GcpSnapshot } from '../../activities/gcp/snapshot.ts';
import { account, NUMBER, oidcProject, pool, principals, PROJECT, provider, workloadUser } from '../activities/gcp/fixtures.ts';
import { OTHER_TENANT } from '../activities/aws/fixtures.ts';
import { TENANT } from '../activities/planned.ts';
import type { Part } from './part.ts';

/** A project full of pools and accounts, and an organisation that grants them roles. */

export const ORGANIZATION = '504113872240';
export { PROJECT };
const CIEM_OR_ANY = "attribute.appid == 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c' || true";
const ROLES = ['roles/viewer', 'roles/iam.securityAdmin'];
const WHOSE = ['ours', 'other-tenant', 'other-audience', 'lets-others-in', 'defender'] as const;

const spec = fc.record({
  whose: fc.constantFrom(...WHOSE),
  trusted: fc.boolean(),
  role: fc.constantFrom(...ROLES),
  stranger: fc.boolean(),
  used: fc.boolean(),
  conditional: fc.boolean(),
});
const CONDITION = { title: 'until-2027', expression: 'request.time < timestamp("2027-01-01T00:00:00Z")' };

export const gcpParts: fc.Arbitrary<Part[]> = fc.array(spec, { maxLength: 4 }).map((specs) => {
  const ours: string[] = [];
  const doubtful: string[] = [];
  const granted: { role: string; members: string[]; conditional: boolean }[] = [];
  const held: Record<string, string> = {};
  const usedRecently: Record<string, string> = {};
  const organization: Part = { system: `gcp:organizations/${ORGANIZATION}`, snapshot: {}, ours: [], doubtful: [] };
  const made = specs.map(({ whose, trusted, role, stranger, used, conditional }, n) => {
    const name = `projects/${PROJECT}/locations/global/workloadIdentityPools/pool-${n}`;
    const providerId = whose === 'defender' ? 'ciem-discovery' : 'mciem-wi-provider';
    const entra = `https://sts.windows.net/${whose === 'other-tenant' ? OTHER_TENANT : TENANT}/`;
    const audiences = [whose === 'other-audience' ? 'api://contoso' : 'api://mciem-gcp-oidc-app'];
    const condition = whose === 'lets-others-in' ? { attributeCondition: CIEM_OR_ANY } : {};
    const own = whose === 'other-audience' ? { attributeCondition: 'true' } : condition;
    const thePool = pool([provider({ issuer: entra, audiences, ...own }, providerId, name)], name);
    const email = `account-${n}@${PROJECT}.iam.gserviceaccount.com`;
    const member = principals(`pool-${n}`);
    const theAccount = account(trusted ? [workloadUser(member)] : [], { email, uniqueId: `10420000000000000000${n}` });
    const ids = [`gcp-pool:${name}`, `gcp-provider:${name}/providers/${providerId}`];
    const through = [
      `gcp-service-account:${theAccount.name}`,
      `gcp-impersonation-binding:${theAccount.name}#roles/iam.workloadIdentityUser#${member}`,
    ];
    if (whose === 'ours') ours.push(...ids, ...(trusted ? through : []));
    if (whose === 'lets-others-in') doubtful.push(...ids, ...(trusted ? through : []));
    if (used) usedRecently[email] = 'last signed in yesterday';
    granted.push({
      role,
      conditional,
      members: [`serviceAccount:${email}`, ...(stranger ? [`deleted:serviceAccount:${email}?uid=999`] : [])],
    });
    if (whose === 'ours' && trusted) {
      const under = conditional ? `#${CONDITION.title}#${CONDITION.expression}` : '';
      const grant = `gcp-binding:organizations/${ORGANIZATION}#${role}#serviceAccount:${email}${under}`;
      organization.ours.push(grant);
      if (used) for (const id of [grant, ...through]) held[id] = 'RecentlyUsed';
    }
    return { thePool, theAccount };
  });
  const project = oidcProject(
    made.map((m) => m.thePool),
    made.map((m) => m.theAccount),
  );
  const resource = `organizations/${ORGANIZATION}`;
  const bindings = ROLES.flatMap((role) =>
    [false, true].map((conditional) => ({
      role,
      members: granted.filter((g) => g.role === role && g.conditional === conditional).flatMap((g) => g.members),
      ...(conditional ? { condition: CONDITION } : {}),
    })),
  );
  const above: GcpSnapshot = { system: organization.system, resource, policy: { bindings }, ourselves: [] };
  return [
    {
      system: project.system,
      snapshot: { ...project, oidc: { ...project.oidc, projectNumber: NUMBER, usedRecently } },
      ours,
      doubtful,
      held,
    },
    { ...organization, snapshot: above },
  ];
});
